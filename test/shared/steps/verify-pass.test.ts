/** What a verify pass finds: what was done to the mailboxes before, and what it says of it. */
import { describe, expect, test } from '@jest/globals';
import { SourceUid, TargetUid } from '../../../shared/contract/ids.ts';
import { ItemLine, LedgerRow, type Finding } from '../../../shared/contract/items.ts';
import { verifyKeys } from '../../../shared/contract/keys.ts';
import { planMailbox } from '../../../shared/steps/plan-mailbox.ts';
import { settleMailbox } from '../../../shared/steps/settle-mailbox.ts';
import { syncSlice } from '../../../shared/steps/sync-slice.ts';
import { batch, contents, createWorld, key, mailboxId, runPass, type World } from '../../support/world.ts';
import { fillSample } from '../../support/sample-mailbox.ts';

let passes = 0;
const verifyPass = () => ({ passId: `verify-${++passes}`, pass: 'verify' as const });
const writes = /^(APPEND|STORE|CREATE|SUBSCRIBE|SELECT)/;

async function migrated(target: { uidPlus?: boolean } = {}): Promise<World> {
  const world = await createWorld({ target });
  fillSample(world.source);
  await runPass(world, { passId: 'initial', pass: 'initial' });
  world.source.commands.length = 0;
  world.target.commands.length = 0;
  return world;
}

async function verified(world: World) {
  const pass = verifyPass();
  const { verdict } = await runPass(world, pass);
  const record = await world.ports.mailboxes.read(batch, mailboxId);
  const items: ItemLine[] = [];
  const itemsKey = verifyKeys.items(batch, mailboxId, pass.passId);
  for await (const item of world.ports.data.readLines(itemsKey, (v) => ItemLine.parse(v))) items.push(item);
  return { verdict, record, items, code: record?.failure?.code ?? null, findings: record?.verified?.findings };
}

/** The ledger of a folder, changed by hand: what a defect of ours would leave behind. */
async function changeLedger(world: World, folder: string, change: (rows: LedgerRow[]) => LedgerRow[]): Promise<void> {
  const record = (await world.ports.folders.list(key)).find(({ sourcePath }) => sourcePath === folder);
  if (!record) throw new Error(`no record of ${folder}`);
  const rows: LedgerRow[] = [];
  for await (const row of world.ports.data.readLines(record.ledger.key, (v) => LedgerRow.parse(v))) rows.push(row);
  await world.ports.data.putLines(record.ledger.key, change(rows));
}

const pointAt = (sourceUid: number, targetUid: number) => (rows: LedgerRow[]) =>
  rows.map((row) => (row.sourceUid === sourceUid ? { ...row, targetUid: TargetUid.parse(targetUid) } : row));

/** The copy of the message with this UID in INBOX of the sample. */
function copyOf(world: World, sourceUid: number): { uid: number; internalDate: string; octets: Uint8Array } {
  const message = world.source.folder('INBOX').messages.find(({ uid }) => uid === sourceUid);
  const copy = world.target
    .folder('INBOX')
    .messages.find((m) => m.internalDate === message?.internalDate && Buffer.from(m.octets).equals(message.octets));
  if (!copy) throw new Error(`no copy of ${sourceUid}`);
  return copy;
}

/** Puts a copy with these octets and this date beside the true one, expunges that, and lets the ledger name the other. */
async function swap(world: World, sourceUid: number, by: { octets?: string; internalDate?: string }): Promise<void> {
  const copy = copyOf(world, sourceUid);
  world.target.remove('INBOX', copy.uid);
  const { octets = Buffer.from(copy.octets), internalDate = copy.internalDate } = by;
  const uid = world.target.store('INBOX', { octets, internalDate, flags: ['\\Seen'] });
  await changeLedger(world, 'INBOX', pointAt(sourceUid, uid));
}

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

describe.each<[string, (world: World) => void, boolean]>([
  ['without UIDPLUS', () => undefined, false],
  ['after the target renumbered its folders', (world) => world.target.renumber('INBOX', 900), true],
])('copies whose UID is not known (%s)', (_, unname, uidPlus) => {
  const ready = async (): Promise<World> => {
    const world = await migrated({ uidPlus });
    unname(world);
    return world;
  };
  const first = (world: World) => copyOf(world, 3);

  test('are found by content, twins as often as they are there', async () => {
    const { verdict, findings } = await verified(await ready());
    expect({ verdict, findings }).toEqual({ verdict: 'complete', findings: { equal: 28 } });
  });

  test('are missed when one was expunged', async () => {
    const world = await ready();
    world.target.remove('INBOX', first(world).uid);
    const { verdict, findings, items } = await verified(world);
    expect({ verdict, findings }).toEqual({ verdict: 'complete', findings: { equal: 27, removed: 1 } });
    expect(items).toMatchObject([{ uid: 3, finding: 'removed' }]);
  });

  test('are told when the copy of that instant has other octets: a removal would be called complete', async () => {
    const world = await ready();
    const { uid, internalDate } = first(world);
    world.target.remove('INBOX', uid);
    world.target.store('INBOX', { octets: 'altered', internalDate });
    const { verdict, findings } = await verified(world);
    expect({ verdict, findings }).toEqual({ verdict: 'incomplete', findings: { equal: 27, 'other-octets': 1 } });
  });

  test('of one instant are not taken for those of another', async () => {
    const world = await ready();
    const twin = world.target.folder('INBOX').messages.find((m) => m.internalDate.startsWith('21-Mar'));
    world.target.remove('INBOX', twin?.uid ?? 0);
    expect((await verified(world)).findings).toEqual({ equal: 27, removed: 1 });
  });
});

describe('the time of a slice', () => {
  const request = () => ({ batch, mailboxId, ...verifyPass() });
  const plenty = { remainingMs: () => 600_000 };

  test('ends 30 s before that of its Lambda, and the next slice goes on', async () => {
    const world = await migrated();
    const pass = request();
    await planMailbox(world.ports, pass, plenty);
    // Looked at before each window and after each message: time for INBOX (16 messages), not for the next folder.
    let left = 34;
    const short = { remainingMs: () => (left-- > 0 ? 600_000 : 29_000) };
    const slice = { ...pass, chunk: 0, loop: 0, observed: null };
    expect(await syncSlice(world.ports, slice, { id: 'one', deadline: short })).toMatchObject({ status: 'more' });
    const [chunk] = (await world.ports.chunks.list(key)).filter(({ chunkId }) => chunkId.startsWith('0002'));
    expect(chunk).toMatchObject({ owner: null, done: false });
    expect(chunk?.committed).toBeGreaterThan(0);
    expect(await syncSlice(world.ports, slice, { id: 'two', deadline: plenty })).toMatchObject({ status: 'done' });
    await settleMailbox(world.ports, { ...pass, failure: null, failedChunks: [] });
    const record = await world.ports.mailboxes.read(batch, mailboxId);
    expect(record).toMatchObject({ verdict: 'complete', verified: { findings: { equal: 28 }, foldersLeft: 0 } });
  });

  test('that never is enough for one window is called stuck after three slices, and the pass incomplete', async () => {
    const world = await migrated();
    const pass = request();
    await planMailbox(world.ports, pass, plenty);
    const never = { remainingMs: () => 29_000 };
    for (const id of ['one', 'two', 'three']) {
      const slice = { ...pass, chunk: 0, loop: 0, observed: null };
      expect(await syncSlice(world.ports, slice, { id, deadline: never })).toMatchObject({ status: 'more' });
    }
    const slice = { ...pass, chunk: 0, loop: 3, observed: null };
    await expect(syncSlice(world.ports, slice, { id: 'four', deadline: never })).rejects.toMatchObject({
      code: 'STUCK',
      message: expect.stringContaining('UID 1'),
    });
    await settleMailbox(world.ports, { ...pass, failure: null, failedChunks: [{ chunk: 0, error: 'STUCK' }] });
    const record = await world.ports.mailboxes.read(batch, mailboxId);
    expect(record).toMatchObject({ verdict: 'incomplete', failure: { code: 'STUCK' } });
    expect(record?.verified?.foldersLeft).toBeGreaterThan(0);
  });

  test('of planning may end too: folders inspected before are not listed again', async () => {
    const world = await migrated();
    const pass = request();
    let left = 1;
    const short = { remainingMs: () => (left-- > 0 ? 600_000 : 1_000) };
    expect(await planMailbox(world.ports, pass, short)).toEqual({ status: 'more' });
    const listed = world.source.commands.filter((c) => /^FETCH \d/.test(c)).length;
    expect(listed).toBeGreaterThan(0);
    expect(await planMailbox(world.ports, pass, plenty)).toMatchObject({ status: 'planned', chunkCount: 1 });
    expect(world.source.commands.filter((c) => /^FETCH \d/.test(c))).toHaveLength(3);
  });
});

test('a chunk that an earlier pass left unfinished stays its own: the pass after the verification goes on with it', async () => {
  const world = await createWorld();
  fillSample(world.source);
  const pass = { batch, mailboxId, passId: 'initial', pass: 'initial' as const };
  await planMailbox(world.ports, pass, { remainingMs: () => 600_000 });
  await settleMailbox(world.ports, { ...pass, failure: null, failedChunks: [{ chunk: 0, error: 'STUCK' }] });
  const { verdict, findings } = await verified(world);
  expect({ verdict, findings }).toEqual({ verdict: 'incomplete', findings: { 'not-copied': 28 } });
  expect((await runPass(world, { passId: 'second', pass: 'incremental' })).verdict).toBe('complete');
  expect(contents(world.target)).toEqual(contents(world.source));
  expect((await verified(world)).findings).toEqual({ equal: 28 });
});

test('a UID that no server hands out twice is asked for once more, then called unreadable (faults F11)', async () => {
  const world = await migrated();
  world.source.withheld.add(`INBOX ${SourceUid.parse(2)}`);
  world.target.withheld.add(`INBOX ${copyOf(world, 5).uid}`);
  const { verdict, code, findings } = await verified(world);
  expect({ verdict, code, findings }).toEqual({
    verdict: 'incomplete',
    code: 'MESSAGE_UNREADABLE',
    findings: { equal: 26, 'source-unreadable': 1, 'target-unreadable': 1 },
  });
});

describe('a target that rewrites what it stores', () => {
  const rewriting = async (uidPlus: boolean): Promise<World> => {
    const world = await createWorld({ target: { rewrites: 'header', uidPlus } });
    for (let n = 1; n <= 6; n++) {
      const octets = `Message-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\nbody ${n}\r\n`;
      world.source.store('INBOX', { octets, internalDate: `0${n}-Mar-2026 10:00:00 +0000` });
    }
    await runPass(world, { passId: 'initial', pass: 'initial' });
    return world;
  };

  test('is compared by headers, and the report says so', async () => {
    const world = await rewriting(true);
    const { verdict, findings, record } = await verified(world);
    expect({ rewrites: record?.rewrites, verdict, findings }).toEqual({
      rewrites: true,
      verdict: 'complete',
      findings: { rewritten: 6 },
    });
  });

  test('is not excused: another message under the same UID is found', async () => {
    const world = await rewriting(true);
    const inbox = world.target.folder('INBOX').messages;
    if (inbox[2] && inbox[3]) [inbox[2].octets, inbox[3].octets] = [inbox[3].octets, inbox[2].octets];
    const { verdict, findings } = await verified(world);
    expect({ verdict, findings }).toEqual({ verdict: 'incomplete', findings: { rewritten: 4, 'other-octets': 2 } });
  });

  test('is compared by octets as long as nobody knows that it rewrites', async () => {
    const { verdict, findings, record } = await verified(await rewriting(false));
    expect({ rewrites: record?.rewrites, verdict, findings }).toEqual({
      rewrites: null,
      verdict: 'incomplete',
      findings: { 'other-octets': 6 },
    });
  });
});
