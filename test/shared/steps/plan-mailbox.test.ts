/** What a pass does to one mailbox, told through the servers on both sides. */
import { describe, expect, test } from '@jest/globals';
import type { MailAccount } from '../../../shared/adapters/memory/mail/index.ts';
import type { PassKind } from '../../../shared/contract/names.ts';
import { planMailbox } from '../../../shared/steps/plan-mailbox.ts';
import { syncSlice } from '../../../shared/steps/sync-slice.ts';
import { batch, contents, createWorld, key, mailboxId, runPass, type World } from '../../support/world.ts';
import { fillSample } from '../../support/sample-mailbox.ts';

let passes = 0;
const pass = (kind: PassKind): { passId: string; pass: PassKind } => ({ passId: `pass-${++passes}`, pass: kind });
const record = (world: World) => world.ports.mailboxes.read(key.batch, key.mailboxId);
const sent = (account: MailAccount, command: string): string[] => account.commands.filter((c) => c.startsWith(command));

async function migrated(): Promise<World> {
  const world = await createWorld();
  fillSample(world.source);
  await runPass(world, pass('initial'));
  world.source.commands.length = 0;
  world.target.commands.length = 0;
  return world;
}

async function incremental(world: World): Promise<string> {
  return (await runPass(world, pass('incremental'))).verdict;
}

describe('an incremental pass', () => {
  test('in which nothing changed sends no FETCH and nothing to the target', async () => {
    const world = await migrated();
    expect(await incremental(world)).toBe('complete');
    expect(sent(world.source, 'FETCH')).toEqual([]);
    expect(world.target.commands.filter((c) => !/^(LIST|NAMESPACE)/.test(c))).toEqual([]);
  });

  test('copies new messages only', async () => {
    const world = await migrated();
    world.source.store('INBOX', { octets: 'Subject: new\r\n\r\nnew\r\n', internalDate: '24-Nov-2026 09:00:00 +0000' });
    expect(await incremental(world)).toBe('complete');
    expect(sent(world.target, 'APPEND')).toHaveLength(1);
    expect(contents(world.target)).toEqual(contents(world.source));
  });

  test('lets a message wait whose twin lies in an unfinished chunk of an earlier plan', async () => {
    const world = await createWorld();
    const twin = { octets: 'twin', internalDate: '01-Jan-2026 00:00:00 +0000' };
    world.source.store('INBOX', twin);
    await planMailbox(world.ports, { batch, mailboxId, ...pass('initial') }, { remainingMs: () => 600_000 });
    world.source.store('INBOX', twin);
    world.source.store('INBOX', { ...twin, internalDate: '02-Jan-2026 00:00:00 +0000' });
    expect(await incremental(world)).toBe('incomplete');
    expect(world.target.folders.get('INBOX')?.messages).toHaveLength(2);
    expect(await incremental(world)).toBe('complete');
    expect(contents(world.target)).toEqual(contents(world.source));
  });

  test('counts again what had to wait, though as many messages have vanished meanwhile', async () => {
    const world = await createWorld();
    const internalDate = '01-Jan-2026 00:00:00 +0000';
    const elder = world.source.store('INBOX', { octets: 'elder', internalDate });
    await planMailbox(world.ports, { batch, mailboxId, ...pass('initial') }, { remainingMs: () => 600_000 });
    world.source.store('INBOX', { octets: 'newcomer', internalDate });
    expect(await incremental(world)).toBe('incomplete');
    world.source.remove('INBOX', elder);
    expect(await incremental(world)).toBe('complete');
    const copies = world.target.folder('INBOX').messages.map(({ octets }) => Buffer.from(octets).toString());
    expect(copies).toEqual(['elder', 'newcomer']);
    expect(await incremental(world)).toBe('complete');
  });

  test('counts again what had to wait, though its elder had vanished before it came', async () => {
    const world = await createWorld({ source: { condStore: true } });
    const internalDate = '01-Jan-2026 00:00:00 +0000';
    const elder = world.source.store('INBOX', { octets: 'elder', internalDate });
    const first = { batch, mailboxId, ...pass('initial') };
    const deadline = { remainingMs: () => 600_000 };
    await planMailbox(world.ports, first, deadline);
    await syncSlice(world.ports, { ...first, chunk: 0, loop: 0, observed: null }, { id: 'unsettled', deadline });
    world.source.remove('INBOX', elder);
    world.source.store('INBOX', { octets: 'newcomer', internalDate });
    expect(await incremental(world)).toBe('incomplete');
    expect(await incremental(world)).toBe('complete');
    expect(world.target.folder('INBOX').messages).toHaveLength(2);
  });

  test('copies a new folder, and one that lies below a new parent', async () => {
    const world = await migrated();
    world.source.addFolder('Neu/Ärger');
    world.source.store('Neu/Ärger', { octets: 'x', internalDate: '24-Nov-2026 09:00:00 +0000' });
    expect(await incremental(world)).toBe('complete');
    expect(world.target.folders.get('Neu/Ärger')?.messages).toHaveLength(1);
  });

  test.each([true, false])(
    'brings changed flags, and leaves those that the target’s user changed (CONDSTORE: %s)',
    async (condStore) => {
      const world = await createWorld({ source: { condStore } });
      world.source.store('INBOX', { octets: 'a', internalDate: '01-Jan-2026 00:00:00 +0000', flags: ['\\Seen'] });
      world.source.store('INBOX', { octets: 'b', internalDate: '02-Jan-2026 00:00:00 +0000', flags: [] });
      await runPass(world, pass('initial'));
      world.source.setFlags('INBOX', 1, ['\\Seen', '\\Answered']);
      const copy = world.target.folders.get('INBOX')?.messages.find((m) => Buffer.from(m.octets).toString() === 'b');
      world.target.setFlags('INBOX', copy?.uid ?? 0, ['\\Flagged']);
      expect(await incremental(world)).toBe('complete');
      const flags = world.target.folders
        .get('INBOX')
        ?.messages.map((m) => [Buffer.from(m.octets).toString(), [...m.flags].sort()]);
      expect(flags?.sort()).toEqual([
        ['a', ['\\Answered', '\\Seen']],
        ['b', ['\\Flagged']],
      ]);
    },
  );

  test('sets no flags under UIDs of before: after the target renumbered its folder they name other messages (F14)', async () => {
    const world = await createWorld();
    for (const [day, octets] of ['a', 'b'].entries())
      world.source.store('INBOX', { octets, internalDate: `0${day + 1}-Jan-2026 00:00:00 +0000`, flags: ['\\Seen'] });
    await runPass(world, pass('initial'));
    const inbox = world.target.folder('INBOX');
    const [first, last] = inbox.messages.map((m) => m.uid).sort((x, y) => x - y);
    // The lower UID moves up by one: it is now what the ledger calls the other's.
    world.target.renumber('INBOX', last);
    const named = Buffer.from(inbox.messages.find(({ uid }) => uid === last)?.octets ?? []).toString();
    for (const m of world.source.folder('INBOX').messages)
      if (Buffer.from(m.octets).toString() !== named) world.source.setFlags('INBOX', m.uid, ['\\Flagged']);
    expect(first).not.toBe(last);
    expect(await incremental(world)).toBe('complete');
    expect(inbox.messages.find(({ uid }) => uid === last)?.flags).toEqual(['\\Seen']);
  });

  test('never brings back what was deleted at the target, and says how many', async () => {
    const world = await migrated();
    world.target.remove('INBOX', world.target.folders.get('INBOX')?.messages[0]?.uid ?? 0);
    world.source.store('INBOX', { octets: 'new', internalDate: '24-Nov-2026 09:00:00 +0000' });
    await incremental(world);
    expect(sent(world.target, 'APPEND')).toHaveLength(1);
    expect(await record(world)).toMatchObject({ removedAtTarget: 1, verdict: 'complete' });
  });

  test('keeps the copy of what was deleted at the source', async () => {
    const world = await migrated();
    const before = world.target.folders.get('Sent')?.messages.length;
    world.source.remove('Sent', world.source.folders.get('Sent')?.messages[0]?.uid ?? 0);
    expect(await incremental(world)).toBe('complete');
    expect(world.target.folders.get('Sent')?.messages).toHaveLength(before ?? 0);
    expect((await record(world))?.counts.source).toBe(27);
  });

  test('copies a message and misses one that vanished, in the same folder', async () => {
    const world = await migrated();
    world.source.remove('INBOX', world.source.folders.get('INBOX')?.messages[0]?.uid ?? 0);
    world.source.store('INBOX', { octets: 'new', internalDate: '24-Nov-2026 09:00:00 +0000' });
    expect(await incremental(world)).toBe('complete');
    expect(sent(world.target, 'APPEND')).toHaveLength(1);
  });

  test('matches by content when the source renumbered a folder: nothing is copied twice', async () => {
    const world = await migrated();
    const before = contents(world.target);
    world.source.renumber('INBOX');
    expect(await incremental(world)).toBe('complete');
    expect(sent(world.target, 'APPEND')).toEqual([]);
    expect(contents(world.target)).toEqual(before);
    expect((await record(world))?.counts).toMatchObject({ present: 16 });
  });
});

describe('a first pass', () => {
  test('recognises what the target holds already', async () => {
    const world = await createWorld();
    fillSample(world.source);
    fillSample(world.target);
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete');
    expect(sent(world.target, 'APPEND')).toEqual([]);
    expect(contents(world.target)).toEqual(contents(world.source));
  });

  test('names the folder that the target refuses, copies the others, and makes it good later', async () => {
    const world = await createWorld({ target: { refuseFolders: ['Sent'] } });
    fillSample(world.source);
    const ended = await runPass(world, pass('initial'));
    expect(ended.verdict).toBe('incomplete');
    expect((await record(world))?.failure).toMatchObject({
      code: 'FOLDER_REFUSED',
      message: expect.stringContaining('"Sent"'),
    });
    expect(world.target.folders.get('INBOX')?.messages).toHaveLength(16);
    world.target.addFolder('Sent');
    expect(await incremental(world)).toBe('complete');
    expect(contents(world.target)).toEqual(contents(world.source));
  });

  test('quarantines what the target refuses, and tries it again when asked', async () => {
    const world = await createWorld({ target: { refuseText: 'poison' } });
    world.source.store('INBOX', { octets: 'Subject: poison\r\n\r\n', internalDate: '01-Jan-2026 00:00:00 +0000' });
    world.source.store('INBOX', { octets: 'Subject: fine\r\n\r\n', internalDate: '01-Jan-2026 00:00:00 +0000' });
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete with skips');
    expect((await record(world))?.counts).toMatchObject({ source: 2, copied: 1, quarantined: 1 });
    world.target.options.refuseText = 'nothing';
    expect(await incremental(world)).toBe('complete with skips');
    expect((await runPass(world, pass('retry'))).verdict).toBe('complete');
    expect((await record(world))?.counts).toMatchObject({ source: 2, copied: 2, quarantined: 0 });
  });

  test('goes on where time ended: the folders listed before are not listed again', async () => {
    const world = await createWorld();
    for (let n = 0; n < 40; n++) {
      world.source.addFolder(`Folder ${n}`);
      world.source.store(`Folder ${n}`, { octets: 'x', internalDate: '24-Nov-2026 09:00:00 +0000' });
    }
    const request = { batch, mailboxId, ...pass('initial') };
    expect(await planMailbox(world.ports, request, { remainingMs: () => 1_000 })).toEqual({ status: 'more' });
    const listed = sent(world.source, 'FETCH').length;
    expect(listed).toBeGreaterThan(0);
    expect(listed).toBeLessThan(41);
    expect(await planMailbox(world.ports, request, { remainingMs: () => 600_000 })).toMatchObject({
      status: 'planned',
    });
    expect(sent(world.source, 'FETCH').length).toBe(41);
  });

  test('never changes the source', async () => {
    const world = await createWorld();
    fillSample(world.source);
    const before = contents(world.source);
    await runPass(world, pass('initial'));
    expect(contents(world.source)).toEqual(before);
    expect(world.source.commands.filter((c) => !/^(EXAMINE|FETCH|LIST|NAMESPACE)/.test(c))).toEqual([]);
  });
});

describe('a preflight', () => {
  test('logs in on both sides and counts, but writes nothing', async () => {
    const world = await createWorld();
    fillSample(world.source);
    expect((await runPass(world, pass('preflight'))).verdict).toBe('complete');
    expect((await record(world))?.planned.messages).toBe(28);
    expect(world.target.commands.filter((c) => !/^(LIST|NAMESPACE)/.test(c))).toEqual([]);
  });
});

describe('a verify pass', () => {
  test('copies nothing and says what is missing', async () => {
    const world = await migrated();
    expect((await runPass(world, pass('verify'))).verdict).toBe('complete');
    world.source.store('INBOX', { octets: 'new', internalDate: '24-Nov-2026 09:00:00 +0000' });
    expect((await runPass(world, pass('verify'))).verdict).toBe('incomplete');
    expect((await record(world))?.failure?.message).toContain('1 message not at the target yet');
    expect(sent(world.target, 'APPEND')).toEqual([]);
    expect(await incremental(world)).toBe('complete');
  });
});

describe('a server that', () => {
  test('asks for a pause is given one by the workflow, not by a waiting function', async () => {
    const world = await createWorld();
    world.source.pauseSeconds = 120;
    const answer = await planMailbox(
      world.ports,
      { batch, mailboxId, ...pass('initial') },
      { remainingMs: () => 600_000 },
    );
    expect(answer).toMatchObject({ status: 'wait', waitSeconds: 120 });
  });

  test('counts more messages than it lists is not believed', async () => {
    const world = await createWorld();
    fillSample(world.source);
    world.source.hiddenMessages = 2;
    expect((await runPass(world, pass('initial'))).verdict).toBe('incomplete');
    expect((await record(world))?.failure).toMatchObject({ code: 'COUNTS_DISAGREE' });
  });
});
