/** What the limits leave out: known before a message is downloaded, listed, and made good when a limit is raised. */
import { describe, expect, test } from '@jest/globals';
import type { MailAccount, MailAccountOptions } from '../../../shared/adapters/memory/mail/index.ts';
import { ItemLine } from '../../../shared/contract/items.ts';
import { ledgerKeys } from '../../../shared/contract/keys.ts';
import type { PassKind } from '../../../shared/contract/names.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import { planMailbox } from '../../../shared/steps/plan-mailbox.ts';
import { batch, createWorld, key, mailboxId, runPass, type World } from '../../support/world.ts';

let passes = 0;
const pass = (kind: PassKind): { passId: string; pass: PassKind } => ({ passId: `pass-${++passes}`, pass: kind });
const sent = (account: MailAccount, command: string): string[] => account.commands.filter((c) => c.startsWith(command));
const record = (world: World) => world.ports.mailboxes.read(key.batch, key.mailboxId);

async function worldWith(limits: Settings['limits'], target: MailAccountOptions = {}): Promise<World> {
  const world = await createWorld({ target, settings: limits ? { limits } : {} });
  world.source.addFolder('Archive');
  return world;
}

async function setLimits(world: World, limits: Settings['limits']): Promise<void> {
  const stored = await world.ports.batches.read(batch);
  if (!stored) throw new Error('no batch');
  await world.ports.batches.put({ ...stored, settings: { ...stored.settings, ...(limits ? { limits } : {}) } });
}

/** A message of January 2026 that is known by its day. */
const store = (world: World, path: string, day: number, octets = `day ${day}`): number =>
  world.source.store(path, { octets, internalDate: `${String(day).padStart(2, '0')}-Jan-2026 00:00:00 +0000` });

const atTarget = (world: World): string[] =>
  [...world.target.folders.values()].flatMap((f) => f.messages.map((m) => Buffer.from(m.octets).toString())).sort();

async function items(world: World): Promise<string[]> {
  const lines: string[] = [];
  for await (const item of world.ports.data.readLines(ledgerKeys.items(batch, mailboxId), (v) => ItemLine.parse(v)))
    lines.push(`${item.folder} ${item.internalDate.slice(0, 6)} ${item.sizeBytes} ${item.outcome} ${item.code}`);
  return lines.sort();
}

describe('a message larger than the limit', () => {
  const large = 'x'.repeat(500);

  test.each<[string, Settings['limits'], MailAccountOptions]>([
    ['of the settings', { messageBytes: 400 }, {}],
    ['of the target', undefined, { appendLimitBytes: 400 }],
  ])('%s is never fetched, and listed with folder, date and size', async (_, limits, target) => {
    const world = await worldWith(limits, target);
    store(world, 'INBOX', 1);
    world.source.folder('Archive').uidNext = 50;
    store(world, 'Archive', 2, large);
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete with skips');
    expect(atTarget(world)).toEqual(['day 1']);
    expect(new Set(sent(world.source, 'FETCH BODY'))).toEqual(new Set(['FETCH BODY 1']));
    expect(await items(world)).toEqual(['Archive 02-Jan 500 skipped MESSAGE_TOO_LARGE']);
    expect(await record(world)).toMatchObject({
      counts: { source: 2, copied: 1, skipped: 1 },
      overLimit: { messages: 1, bytes: 500 },
    });
  });

  test('of its target folder is left out of that folder, and its like copied to another', async () => {
    const world = await worldWith(undefined, { appendLimits: { Archive: 400, New: 300 } });
    world.target.addFolder('Archive');
    world.source.addFolder('New').uidNext = 60;
    world.source.folder('Archive').uidNext = 50;
    for (const path of ['INBOX', 'Archive', 'New']) store(world, path, 1, large);
    store(world, 'New', 2, 'x'.repeat(350));
    const request = { batch, mailboxId, ...pass('preflight') };
    expect(await planMailbox(world.ports, request, { remainingMs: () => 600_000 })).toMatchObject({ status: 'ended' });
    // What is not there yet tells no limit.
    expect((await record(world))?.overLimit).toEqual({ messages: 1, bytes: 500 });
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete with skips');
    expect(atTarget(world)).toEqual([large]);
    expect(await items(world)).toEqual([
      'Archive 01-Jan 500 skipped MESSAGE_TOO_LARGE',
      'New 01-Jan 500 skipped MESSAGE_TOO_LARGE',
      'New 02-Jan 350 skipped MESSAGE_TOO_LARGE',
    ]);
    expect(new Set(sent(world.source, 'FETCH BODY'))).toEqual(new Set(['FETCH BODY 1']));
    world.target.commands.length = 0;
    await runPass(world, pass('incremental'));
    expect(sent(world.target, 'APPEND')).toEqual([]);
  });

  test('of its target folder, which only the refusal tells, says nothing of the next folder', async () => {
    const world = await worldWith(undefined, { appendLimits: {} });
    store(world, 'INBOX', 2, large);
    store(world, 'Archive', 1, large);
    await planMailbox(world.ports, { batch, mailboxId, ...pass('initial') }, { remainingMs: () => 600_000 });
    world.target.options.appendLimits = { INBOX: 400 };
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete with skips');
    expect(await items(world)).toEqual(['INBOX 02-Jan 500 quarantined MESSAGE_TOO_LARGE']);
    expect(atTarget(world)).toEqual([large]);
  });

  test('is copied by the pass after the limit was raised', async () => {
    const world = await worldWith({ messageBytes: 400 });
    store(world, 'INBOX', 1, large);
    await runPass(world, pass('initial'));
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete with skips');
    await setLimits(world, { messageBytes: 500 });
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete');
    expect(atTarget(world)).toEqual([large]);
    expect(await record(world)).toMatchObject({ counts: { copied: 1, skipped: 0 }, overLimit: { messages: 0 } });
  });

  test('is told by the refusal of a smaller one where the target does not tell its limit: it is not sent in vain', async () => {
    const world = await worldWith(undefined, { appendLimitBytes: 400, tellsAppendLimit: false });
    store(world, 'INBOX', 28, 'x'.repeat(450));
    for (let n = 0; n < 400; n++) store(world, 'INBOX', 1 + (n % 27), 'x'.repeat(500 + n));
    store(world, 'Archive', 1);
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete with skips');
    expect(atTarget(world)).toEqual(['day 1']);
    const counts = (await record(world))?.counts;
    expect(counts).toMatchObject({ source: 402, copied: 1 });
    // What was in flight when the first refusal came has been refused as well.
    expect(counts?.quarantined).toBeLessThan(5);
    expect((counts?.quarantined ?? 0) + (counts?.skipped ?? 0)).toBe(401);
    const fetched = sent(world.source, 'FETCH BODY').flatMap((command) => command.slice(11).split(','));
    expect(new Set(fetched).size).toBeLessThanOrEqual(65);
  });
});

describe('of a mailbox with more messages than the limit', () => {
  test('the newest are kept, whatever folder they lie in', async () => {
    const world = await worldWith({ itemsPerMailbox: 4 });
    for (const day of [1, 2, 20, 21]) store(world, 'INBOX', day);
    for (const day of [3, 10, 22]) store(world, 'Archive', day);
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete with skips');
    expect(atTarget(world)).toEqual(['day 10', 'day 20', 'day 21', 'day 22']);
    expect(await items(world)).toEqual([
      'Archive 03-Jan 5 skipped OVER_ITEM_LIMIT',
      'INBOX 01-Jan 5 skipped OVER_ITEM_LIMIT',
      'INBOX 02-Jan 5 skipped OVER_ITEM_LIMIT',
    ]);
    expect((await record(world))?.counts).toMatchObject({ source: 7, copied: 4, skipped: 3 });
  });

  test('a pass without changes sends nothing and changes no outcome', async () => {
    const world = await worldWith({ itemsPerMailbox: 1 });
    for (const day of [1, 2, 3]) store(world, 'INBOX', day);
    await runPass(world, pass('initial'));
    const before = await record(world);
    world.target.commands.length = 0;
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete with skips');
    expect(sent(world.target, 'APPEND')).toEqual([]);
    expect((await record(world))?.counts).toEqual(before?.counts);
  });

  test('what was delivered counts: mail that comes later is left out, and listed', async () => {
    const world = await worldWith({ itemsPerMailbox: 2 });
    for (const day of [1, 2]) store(world, 'INBOX', day);
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete');
    store(world, 'Archive', 25);
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete with skips');
    expect(await items(world)).toEqual(['Archive 25-Jan 6 skipped OVER_ITEM_LIMIT']);
  });

  test('what the user deletes at the source makes room for the newest that were left out', async () => {
    const world = await worldWith({ itemsPerMailbox: 2 });
    const uids = [1, 2, 3, 4].map((day) => store(world, 'INBOX', day));
    await runPass(world, pass('initial'));
    world.source.remove('INBOX', uids[3] ?? 0);
    // The first pass finds that one is gone, the next has room for another.
    await runPass(world, pass('incremental'));
    await runPass(world, pass('incremental'));
    expect(atTarget(world)).toEqual(['day 2', 'day 3', 'day 4']);
    expect((await record(world))?.counts).toMatchObject({ source: 3, copied: 2, skipped: 1 });
  });

  test('the next pass after the limit was raised copies the newest of those left out', async () => {
    const world = await worldWith({ itemsPerMailbox: 1 });
    for (const day of [1, 4, 6]) store(world, 'INBOX', day);
    for (const day of [2, 3, 5]) store(world, 'Archive', day);
    await runPass(world, pass('initial'));
    await setLimits(world, { itemsPerMailbox: 3 });
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete with skips');
    expect(atTarget(world)).toEqual(['day 4', 'day 5', 'day 6']);
    expect((await record(world))?.counts).toMatchObject({ source: 6, copied: 3, skipped: 3 });
    await setLimits(world, undefined);
    await setLimits(world, { itemsPerMailbox: 1_000 });
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete');
    expect(atTarget(world)).toHaveLength(6);
  });

  test('those too large to be delivered take no room', async () => {
    const world = await worldWith({ itemsPerMailbox: 1, messageBytes: 100 });
    store(world, 'INBOX', 1);
    store(world, 'INBOX', 2, 'x'.repeat(200));
    await runPass(world, pass('initial'));
    expect(atTarget(world)).toEqual(['day 1']);
  });

  test('twins are counted one by one', async () => {
    const world = await worldWith({ itemsPerMailbox: 2 });
    for (let i = 0; i < 3; i++) store(world, 'INBOX', 5, 'twin');
    await runPass(world, pass('initial'));
    expect(atTarget(world)).toEqual(['twin', 'twin']);
    expect((await record(world))?.counts).toMatchObject({ source: 3, copied: 2, skipped: 1 });
    await runPass(world, pass('incremental'));
    expect(atTarget(world)).toEqual(['twin', 'twin']);
  });

  test('an unfinished plan keeps the room it gave, and its outcomes', async () => {
    const world = await worldWith({ itemsPerMailbox: 2 });
    for (const day of [1, 2, 3]) store(world, 'INBOX', day);
    await planMailbox(world.ports, { batch, mailboxId, ...pass('initial') }, { remainingMs: () => 600_000 });
    // Its chunks never ran. New mail came, for which there is no room any more.
    store(world, 'Archive', 9);
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete with skips');
    expect(atTarget(world)).toEqual(['day 2', 'day 3']);
    expect((await record(world))?.counts).toMatchObject({ source: 4, copied: 2, skipped: 2 });
    expect((await items(world)).length).toBe(2);
  });

  test('a renumbered folder is counted once', async () => {
    const world = await worldWith({ itemsPerMailbox: 3 });
    for (const day of [1, 2, 3, 4]) store(world, 'INBOX', day);
    await runPass(world, pass('initial'));
    world.source.renumber('INBOX', 100);
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete with skips');
    expect(atTarget(world)).toEqual(['day 2', 'day 3', 'day 4']);
    expect((await record(world))?.counts).toMatchObject({ source: 4, present: 3, skipped: 1 });
  });
});

describe('a preflight', () => {
  async function expected(world: World): Promise<string[]> {
    const sequence = (await record(world))?.planSequence ?? 0;
    const lines: string[] = [];
    const objectKey = ledgerKeys.preflight(batch, mailboxId, sequence);
    for await (const item of world.ports.data.readLines(objectKey, (v) => ItemLine.parse(v)))
      lines.push(`${item.folder} ${item.internalDate.slice(0, 6)} ${item.sizeBytes} ${item.outcome} ${item.code}`);
    return lines.sort();
  }

  test('lists what would be left out, downloads no message and writes nothing to the target', async () => {
    const world = await worldWith({ itemsPerMailbox: 2, messageBytes: 100 });
    for (const day of [1, 2]) store(world, 'INBOX', day);
    for (const day of [3, 4]) store(world, 'Archive', day, day === 4 ? 'x'.repeat(200) : `day ${day}`);
    expect((await runPass(world, pass('preflight'))).verdict).toBe('complete with skips');
    expect(await expected(world)).toEqual([
      'Archive 04-Jan 200 skipped MESSAGE_TOO_LARGE',
      'INBOX 01-Jan 5 skipped OVER_ITEM_LIMIT',
    ]);
    expect(await record(world)).toMatchObject({
      overLimit: { messages: 2, bytes: 205 },
      planned: { messages: 2, bytes: 10 },
    });
    expect(sent(world.source, 'FETCH BODY')).toEqual([]);
    expect(world.target.commands.filter((c) => !/^(LIST|NAMESPACE)/.test(c))).toEqual([]);
  });

  test('after a pass speaks of what is not delivered yet', async () => {
    const world = await worldWith({ itemsPerMailbox: 2 });
    for (const day of [1, 2]) store(world, 'INBOX', day);
    await runPass(world, pass('initial'));
    store(world, 'INBOX', 3);
    expect((await runPass(world, pass('preflight'))).verdict).toBe('complete with skips');
    expect(await expected(world)).toEqual(['INBOX 03-Jan 5 skipped OVER_ITEM_LIMIT']);
  });

  test('agrees with the pass that follows it', async () => {
    const world = await worldWith({ itemsPerMailbox: 3, messageBytes: 100 });
    for (const day of [1, 5, 7]) store(world, 'INBOX', day);
    for (const day of [2, 6, 8]) store(world, 'Archive', day, day === 6 ? 'x'.repeat(200) : `day ${day}`);
    await runPass(world, pass('preflight'));
    const before = await expected(world);
    await runPass(world, pass('initial'));
    expect(before).toHaveLength(3);
    expect(await items(world)).toEqual(before);
  });

  test('goes on where time ended', async () => {
    const world = await worldWith({ itemsPerMailbox: 5 });
    for (let n = 0; n < 40; n++) world.source.addFolder(`Folder ${n}`);
    for (let day = 1; day <= 9; day++) store(world, `Folder ${day * 4}`, day);
    let left = 0;
    const short = { remainingMs: () => (left-- > 0 ? 600_000 : 1_000) };
    const request = { batch, mailboxId, ...pass('preflight') };
    expect(await planMailbox(world.ports, request, short)).toEqual({ status: 'more' });
    expect(await planMailbox(world.ports, request, short)).toMatchObject({ status: 'ended' });
    expect(await expected(world)).toHaveLength(4);
  });
});
