/** What a verify pass finds: what was done to the mailboxes before, and what it says of it. */
import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../shared/contract/items.ts';
import { batch, contents, createWorld, mailboxId, runPass, type World } from '../../support/world.ts';
import { fillSample } from '../../support/sample-mailbox.ts';
import { changeLedger, copyOf, migrated, pointAt, swap, verified, writes } from '../../support/verify.ts';

describe('a verify pass after a migration', () => {
  test('reads every message on both sides, finds all equal, and changes nothing on either', async () => {
    const world = await migrated();
    const [source, target] = [contents(world.source), contents(world.target)];
    const { verdict, findings, items, record } = await verified(world);
    expect({ verdict, findings, items }).toEqual({ verdict: 'complete', findings: { equal: 28 }, items: [] });
    expect(record?.verified?.counts).toMatchObject({ source: 28, copied: 28, present: 0 });
    expect([contents(world.source), contents(world.target)]).toEqual([source, target]);
    for (const { commands } of [world.source, world.target]) {
      expect(commands.filter((command) => writes.test(command))).toEqual([]);
      expect(commands.filter((command) => command.startsWith('FETCH BODY'))).not.toEqual([]);
    }
  });

  test('leaves the copying where it was: the next pass finds nothing to do', async () => {
    const world = await migrated();
    await verified(world);
    world.target.commands.length = 0;
    expect((await runPass(world, { passId: 'second', pass: 'incremental' })).verdict).toBe('complete');
    expect(world.target.commands.filter((command) => writes.test(command))).toEqual([]);
    const record = await world.ports.mailboxes.read(batch, mailboxId);
    expect(record).toMatchObject({ verified: null, counts: { source: 28, copied: 28 } });
  });

  test('before any other pass says that nothing is copied', async () => {
    const world = await createWorld();
    fillSample(world.source);
    const { verdict, code, findings } = await verified(world);
    expect({ verdict, code, findings }).toEqual({
      verdict: 'incomplete',
      code: 'NOT_COPIED',
      findings: { 'not-copied': 28 },
    });
    expect(world.target.commands.filter((command) => writes.test(command))).toEqual([]);
  });
});

interface Case {
  plant: (world: World) => void | Promise<void>;
  verdict: 'complete' | 'complete with skips' | 'incomplete';
  code: string | null;
  findings: Partial<Record<Finding, number>>;
  /** Findings of the lines in items.jsonl, with the source UIDs. */
  items: string[];
}

const planted: Record<string, Case> = {
  'a copy with altered octets': {
    plant: (world) => swap(world, 3, { octets: 'Message-ID: <2@x>\r\nSubject: 2\r\n\r\nbody 2, altered\r\n' }),
    verdict: 'incomplete',
    code: 'COPY_DIFFERS',
    findings: { equal: 27, 'other-octets': 1 },
    items: ['3 other-octets'],
  },
  'a copy with one bit flipped': {
    plant: (world) => {
      const octets = Buffer.from(copyOf(world, 4).octets);
      octets[octets.length - 3] = (octets.at(-3) ?? 0) ^ 1;
      return swap(world, 4, { octets: octets.toString('latin1') });
    },
    verdict: 'incomplete',
    code: 'COPY_DIFFERS',
    findings: { equal: 27, 'other-octets': 1 },
    items: ['4 other-octets'],
  },
  'a ledger row that names the copy of another message': {
    plant: (world) => changeLedger(world, 'INBOX', pointAt(5, copyOf(world, 6).uid)),
    verdict: 'incomplete',
    code: 'COUNTS_DISAGREE',
    findings: { equal: 27, 'other-octets': 1 },
    items: ['5 other-octets'],
  },
  'two ledger rows that name each other’s copy': {
    plant: async (world) => {
      const [five, six] = [copyOf(world, 5).uid, copyOf(world, 6).uid];
      await changeLedger(world, 'INBOX', pointAt(5, six));
      await changeLedger(world, 'INBOX', pointAt(6, five));
    },
    verdict: 'incomplete',
    code: 'COPY_DIFFERS',
    findings: { equal: 26, 'other-octets': 2 },
    items: ['5 other-octets', '6 other-octets'],
  },
  'a copy with another date': {
    plant: (world) => swap(world, 3, { internalDate: '03-Mar-2026 10:00:00 +0000' }),
    verdict: 'incomplete',
    code: 'COPY_DIFFERS',
    findings: { equal: 27, 'other-date': 1 },
    items: ['3 other-date'],
  },
  'a copy with the same instant in another zone': {
    plant: (world) => swap(world, 1, { internalDate: '01-Mar-2026 08:00:00 +0000' }),
    verdict: 'complete',
    code: null,
    findings: { equal: 28 },
    items: [],
  },
  'bare line feeds that the target stored as CRLF': {
    plant: async (world) => {
      world.source.store('INBOX', { octets: 'Subject: lf\n\nbody\n', internalDate: '24-Nov-2026 09:00:00 +0000' });
      await runPass(world, { passId: 'lf', pass: 'incremental' });
      const copy = copyOf(world, 17);
      const stored = world.target.folder('INBOX').messages.find(({ uid }) => uid === copy.uid);
      if (stored) stored.octets = Buffer.from('Subject: lf\r\n\r\nbody\r\n');
    },
    verdict: 'complete',
    code: null,
    findings: { equal: 29 },
    items: [],
  },
  'NUL octets that the target stored as 0x80': {
    plant: async (world) => {
      world.source.store('INBOX', {
        octets: 'Subject: nul\r\n\r\n\0\r\n',
        internalDate: '24-Nov-2026 09:00:00 +0000',
      });
      await runPass(world, { passId: 'nul', pass: 'incremental' });
      const copy = copyOf(world, 17);
      const stored = world.target.folder('INBOX').messages.find(({ uid }) => uid === copy.uid);
      if (stored) stored.octets = Buffer.from('Subject: nul\r\n\r\n\x80\r\n', 'latin1');
    },
    verdict: 'complete',
    code: null,
    findings: { equal: 28, repaired: 1 },
    items: ['17 repaired'],
  },
  'a copy that was expunged': {
    plant: (world) => world.target.remove('INBOX', copyOf(world, 7).uid),
    verdict: 'complete',
    code: null,
    findings: { equal: 27, removed: 1 },
    items: ['7 removed'],
  },
  'a target folder that was deleted': {
    plant: (world) => void world.target.folders.delete('Projects/Αρχείο'),
    verdict: 'complete',
    code: null,
    findings: { equal: 23, removed: 5 },
    items: ['1 removed', '2 removed', '3 removed', '4 removed', '5 removed'],
  },
  'a flag that the target’s user changed': {
    plant: (world) => world.target.setFlags('INBOX', copyOf(world, 8).uid, ['\\Answered']),
    verdict: 'complete',
    code: null,
    findings: { equal: 28 },
    items: ['8 equal, other flags'],
  },
  'a flag that changed at the source since the last pass': {
    plant: (world) => world.source.setFlags('INBOX', 9, ['\\Deleted']),
    verdict: 'complete',
    code: null,
    findings: { equal: 28 },
    items: ['9 equal, other flags'],
  },
  'new mail at the source': {
    plant: (world) => void world.source.store('Sent', { octets: 'new', internalDate: '24-Nov-2026 09:00:00 +0000' }),
    verdict: 'incomplete',
    code: 'NOT_COPIED',
    findings: { equal: 28, 'not-copied': 1 },
    items: ['8 not-copied'],
  },
  'a whole new folder at the source': {
    plant: (world) => {
      world.source.addFolder('Later');
      world.source.store('Later', { octets: 'new', internalDate: '24-Nov-2026 09:00:00 +0000' });
    },
    verdict: 'incomplete',
    code: 'NOT_COPIED',
    findings: { equal: 28, 'not-copied': 1 },
    items: ['1 not-copied'],
  },
  'mail deleted at the source after it was copied': {
    plant: (world) => world.source.remove('INBOX', 10),
    verdict: 'complete',
    code: null,
    findings: { equal: 27 },
    items: [],
  },
  'foreign mail at the target': {
    plant: (world) => void world.target.store('INBOX', { octets: 'from a colleague' }),
    verdict: 'complete',
    code: null,
    findings: { equal: 28 },
    items: [],
  },
  'a message that the target refused': {
    plant: async (world) => {
      world.target.options.refuseText = 'poison';
      world.source.store('INBOX', { octets: 'Subject: poison\r\n\r\n', internalDate: '24-Nov-2026 09:00:00 +0000' });
      await runPass(world, { passId: 'poison', pass: 'incremental' });
    },
    verdict: 'complete with skips',
    code: null,
    findings: { equal: 28, 'left-out': 1 },
    items: ['17 left-out'],
  },
  'a source that renumbered a folder': {
    plant: (world) => world.source.renumber('Sent', 100),
    verdict: 'incomplete',
    code: 'UIDVALIDITY_CHANGED',
    findings: { equal: 21 },
    items: [],
  },
  'a source that counts more than it lists': {
    plant: (world) => void (world.source.hiddenMessages = 1),
    verdict: 'incomplete',
    code: 'COUNTS_DISAGREE',
    findings: {},
    items: [],
  },
  'a lost ledger row': {
    plant: (world) => changeLedger(world, 'INBOX', (rows) => rows.filter((row) => row.sourceUid !== 11)),
    verdict: 'incomplete',
    code: 'NOT_COPIED',
    findings: { equal: 27, 'not-copied': 1 },
    items: ['11 not-copied'],
  },
};

describe('what was planted is found', () => {
  test.each(Object.entries(planted))('%s', async (_, { plant, ...expected }) => {
    const world = await migrated();
    await plant(world);
    const { verdict, code, findings, items } = await verified(world);
    const lines = items.map((i) => `${i.uid} ${i.finding}${i.otherFlags ? ', other flags' : ''}`);
    expect({ verdict, code, findings, items: lines }).toEqual(expected);
  });

  test('and named with folder, both UIDs, date and size', async () => {
    const world = await migrated();
    await swap(world, 3, { octets: 'altered' });
    const { items, record } = await verified(world);
    expect(items).toEqual([
      {
        mailbox: 'ada@contoso.com',
        folder: 'INBOX',
        uid: 3,
        outcome: 'copied',
        code: null,
        sizeBytes: world.source.folder('INBOX').messages[2]?.octets.length,
        internalDate: '03-Mar-2026 10:00:00 +0200',
        finding: 'other-octets',
        otherFlags: false,
        targetUid: world.target.folder('INBOX').uidNext - 1,
      },
    ]);
    expect(record?.failure?.message).toBe('Folder "INBOX": 1 message with other octets at the target.');
  });
});
