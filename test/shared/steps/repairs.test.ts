/** What becomes of a message that the target refuses: repaired by name, once, or kept in quarantine as it is. */
import { describe, expect, test } from '@jest/globals';
import { LedgerRow } from '../../../shared/contract/items.ts';
import { ledgerKeys, quarantineKeys } from '../../../shared/contract/keys.ts';
import { folderKeyOf } from '../../../shared/core/folder-key.ts';
import { batch, createWorld, key, mailboxId, runPass, type World } from '../../support/world.ts';

const inbox = folderKeyOf('INBOX');
const text = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');
const latin1 = (octets: string): Buffer => Buffer.from(octets, 'latin1');
const initial = { passId: 'pass-1', pass: 'initial' } as const;

async function ledgerOf(world: World): Promise<LedgerRow[]> {
  const folder = (await world.ports.folders.list(key)).find(({ folderKey }) => folderKey === inbox);
  const rows: LedgerRow[] = [];
  for await (const row of world.ports.data.readLines(folder?.ledger.key ?? '', (v) => LedgerRow.parse(v)))
    rows.push(row);
  return rows;
}

async function kept(world: World, uid: number): Promise<string | null> {
  const octets = await world.ports.data.readOctets(quarantineKeys.message(batch, mailboxId, inbox, uid));
  if (!octets) return null;
  const parts: Uint8Array[] = [];
  for await (const part of octets) parts.push(part);
  return text(Buffer.concat(parts));
}

const picky = {
  'bare newlines': (octets: string) => /\r(?!\n)|(?<!\r)\n/.test(octets),
  NUL: (octets: string) => octets.includes('\0'),
  'bare newlines and NUL': (octets: string) => /\0|\r(?!\n)|(?<!\r)\n/.test(octets),
  everything: () => true,
} as const;

describe('a message that the target refuses', () => {
  test.each([
    ['bare newlines', 'A: b\n\nc\r', ['bare-newlines'], 'A: b\r\n\r\nc\r\n'],
    ['NUL', 'A: b\r\n\r\nc\0', ['nul-octets'], 'A: b\r\n\r\nc\x80'],
    ['bare newlines and NUL', 'A: b\n\0', ['bare-newlines', 'nul-octets'], 'A: b\r\n\x80'],
  ] as const)('for %s is repaired once, and the ledger says so', async (why, before, repairs, after) => {
    const world = await createWorld();
    world.source.store('INBOX', { octets: latin1(before), flags: ['\\Seen'] });
    world.target.refuses = ({ octets }) => picky[why](text(octets));
    expect(await runPass(world, initial)).toMatchObject({ verdict: 'complete' });
    expect(world.target.folder('INBOX').messages.map(({ octets, flags }) => [text(octets), flags])).toEqual([
      [after, ['\\Seen']],
    ]);
    // The first attempt may still land: the repaired one is the second.
    expect(await ledgerOf(world)).toMatchObject([{ outcome: 'copied', doubt: true, repairs }]);
    expect(await kept(world, 1)).toBeNull();
  });

  test('for what no repair changes is in quarantine with its exact octets', async () => {
    const world = await createWorld();
    const octets = 'A: b\n\n\0\xff no end';
    world.source.store('INBOX', { octets: latin1(octets) });
    world.target.refuses = () => true;
    expect(await runPass(world, initial)).toMatchObject({ verdict: 'complete with skips' });
    expect(await ledgerOf(world)).toMatchObject([{ outcome: 'quarantined', code: 'MESSAGE_REFUSED', doubt: true }]);
    expect((await ledgerOf(world))[0]?.repairs).toBeUndefined();
    expect(await kept(world, 1)).toBe(octets);
    expect(world.target.commands.filter((command) => command === 'APPEND')).toHaveLength(2);
  });

  test('and has nothing to repair is refused once', async () => {
    const world = await createWorld();
    world.source.store('INBOX', { octets: 'A: b\r\n\r\nc' });
    world.target.refuses = () => true;
    await runPass(world, initial);
    expect(world.target.commands.filter((command) => command === 'APPEND')).toHaveLength(1);
    expect(await kept(world, 1)).toBe('A: b\r\n\r\nc');
  });

  test('does not keep the others from arriving as they are', async () => {
    const world = await createWorld();
    const octets = ['A: 1\r\n', 'A: 2\n', 'A: 3\r\n', 'A: 2\n'];
    for (const message of octets) world.source.store('INBOX', { octets: latin1(message) });
    world.target.refuses = (message) => picky['bare newlines'](text(message.octets));
    expect(await runPass(world, initial)).toMatchObject({ verdict: 'complete' });
    expect(
      world.target
        .folder('INBOX')
        .messages.map((message) => text(message.octets))
        .sort(),
    ).toEqual(['A: 1\r\n', 'A: 2\r\n', 'A: 2\r\n', 'A: 3\r\n']);
  });
});

const pass = (n: number, kind: 'incremental' | 'retry' | 'final') => ({ passId: `pass-${n}`, pass: kind });
const refusals = (world: World): number => world.target.commands.filter((command) => command === 'APPEND').length;

/** One message in quarantine, and a target that would take it by now. */
async function quarantined(octets = 'A: b\r\n\r\nc'): Promise<World> {
  const world = await createWorld();
  world.source.store('INBOX', {
    octets: latin1(octets),
    internalDate: '02-Feb-2020 02:02:02 +0545',
    flags: ['\\Seen'],
  });
  world.target.refuses = () => true;
  await runPass(world, initial);
  world.target.refuses = () => false;
  world.target.commands.length = 0;
  return world;
}

describe('a message in quarantine', () => {
  test.each(['incremental', 'final'] as const)('is not tried again by a pass that is %s', async (kind) => {
    const world = await quarantined();
    expect(await runPass(world, pass(2, kind))).toMatchObject({ verdict: 'complete with skips' });
    expect(refusals(world)).toBe(0);
  });

  test('is in doubt no longer once the refused attempts are dead, so its mailbox can be closed', async () => {
    const world = await quarantined();
    await runPass(world, pass(2, 'final'));
    expect(await world.ports.mailboxes.read(batch, mailboxId)).toMatchObject({ finalDone: true, openDoubts: 1 });
    world.advance(61 * 60);
    await runPass(world, pass(3, 'final'));
    expect(await world.ports.mailboxes.read(batch, mailboxId)).toMatchObject({ finalDone: true, openDoubts: 0 });
  });

  test.each([true, false])('arrives by a retry; still at the source: %s', async (still) => {
    const world = await quarantined();
    if (!still) world.source.remove('INBOX', 1);
    expect(await runPass(world, pass(2, 'retry'))).toMatchObject({ verdict: 'complete' });
    expect(world.target.folder('INBOX').messages).toMatchObject([
      { internalDate: '02-Feb-2020 02:02:02 +0545', flags: ['\\Seen'] },
    ]);
    expect(text(world.target.folder('INBOX').messages[0]?.octets ?? Buffer.of())).toBe('A: b\r\n\r\nc');
    expect(await ledgerOf(world)).toMatchObject([{ outcome: 'copied', doubt: true, vanished: !still }]);
    expect(await runPass(world, pass(3, 'retry'))).toMatchObject({ verdict: 'complete' });
    expect(world.target.folder('INBOX').messages).toHaveLength(1);
  });

  test('that has arrived after all is found, not appended again', async () => {
    const world = await quarantined();
    world.target.store('INBOX', { octets: 'A: b\r\n\r\nc', internalDate: '01-Feb-2020 20:17:02 +0000' });
    await runPass(world, pass(2, 'retry'));
    expect(refusals(world)).toBe(0);
    expect(await ledgerOf(world)).toMatchObject([{ outcome: 'present', doubt: true }]);
  });

  test('is repaired by a retry where it could not be before', async () => {
    const world = await quarantined('A: b\n');
    world.target.refuses = ({ octets }) => picky['bare newlines'](text(octets));
    await runPass(world, pass(2, 'retry'));
    expect(await ledgerOf(world)).toMatchObject([{ outcome: 'copied', repairs: ['bare-newlines'] }]);
  });

  test('that is refused again stays there, with the octets it was put in with', async () => {
    const world = await quarantined();
    world.target.refuses = () => true;
    expect(await runPass(world, pass(2, 'retry'))).toMatchObject({ verdict: 'complete with skips' });
    expect(await ledgerOf(world)).toMatchObject([{ outcome: 'quarantined' }]);
    expect(await kept(world, 1)).toBe('A: b\r\n\r\nc');
  });

  test('and new mail go together', async () => {
    const world = await quarantined();
    world.source.store('INBOX', { octets: 'B: new\r\n', internalDate: '02-Feb-2020 02:02:02 +0545' });
    expect(await runPass(world, pass(2, 'retry'))).toMatchObject({ verdict: 'complete' });
    expect(world.target.folder('INBOX').messages).toHaveLength(2);
  });
});

describe('flags that the target refuses', () => {
  const long = `k${'x'.repeat(60)}`;
  const flagsAt = (world: World): string[][] =>
    world.target.folder('INBOX').messages.map(({ flags }) => [...flags].sort());
  const refusesLong = (world: World): void => {
    world.target.refuses = ({ flags }) => flags.includes(long);
  };

  test('do not keep their message from arriving, nor the other flags; what is missing is reported and tried again', async () => {
    const world = await createWorld();
    for (const n of [1, 2, 3]) world.source.store('INBOX', { octets: `A: ${n}\r\n`, flags: ['\\Seen', long] });
    refusesLong(world);
    expect(await runPass(world, initial)).toMatchObject({ verdict: 'complete' });
    expect(flagsAt(world)).toEqual([['\\Seen'], ['\\Seen'], ['\\Seen']]);
    expect(await world.ports.mailboxes.read(batch, mailboxId)).toMatchObject({ repaired: 3, pendingFlags: 3 });
    // All three by one command: both flags, then each by itself.
    expect(world.target.commands.filter((command) => command.startsWith('STORE'))).toEqual([
      'STORE 1,2,3',
      'STORE 1,2,3',
      'STORE 1,2,3',
    ]);
    world.target.refuses = () => false;
    await runPass(world, pass(2, 'incremental'));
    expect(flagsAt(world)).toEqual([
      ['\\Seen', long],
      ['\\Seen', long],
      ['\\Seen', long],
    ]);
    expect(await world.ports.mailboxes.read(batch, mailboxId)).toMatchObject({ repaired: 3, pendingFlags: 0 });
  });

  test('and that the source has taken back meanwhile are not set', async () => {
    const world = await createWorld();
    world.source.store('INBOX', { octets: 'A: 1\r\n', flags: ['\\Seen', long] });
    refusesLong(world);
    await runPass(world, initial);
    world.source.setFlags('INBOX', 1, ['\\Answered']);
    world.target.refuses = () => false;
    await runPass(world, pass(2, 'incremental'));
    expect(flagsAt(world)).toEqual([['\\Answered']]);
    expect(await world.ports.mailboxes.read(batch, mailboxId)).toMatchObject({ pendingFlags: 0 });
  });

  test('as keywords that its folders do not keep are counted', async () => {
    const world = await createWorld({ target: { keywords: false } });
    world.source.store('INBOX', { octets: 'A: 1\r\n', flags: ['\\Seen', '$Forwarded', 'work'] });
    world.source.store('INBOX', { octets: 'A: 2\r\n', flags: ['\\Seen'] });
    await runPass(world, initial);
    expect(await world.ports.mailboxes.read(batch, mailboxId)).toMatchObject({ droppedKeywords: 2 });
  });
});

describe('an INTERNALDATE that is no moment', () => {
  test('becomes the nearest one, named as a repair without a doubt', async () => {
    const world = await createWorld();
    const dates = ['31-Feb-2021 10:00:00 +0100', '', '31-Dec-2016 23:59:60 +0000', '01-Jan-2021 00:00:00 -1130'];
    for (const [n, internalDate] of dates.entries())
      world.source.store('INBOX', { octets: `A: ${n}\r\n`, internalDate });
    expect(await runPass(world, initial)).toMatchObject({ verdict: 'complete' });
    expect(
      world.target
        .folder('INBOX')
        .messages.map(({ internalDate }) => internalDate)
        .sort(),
    ).toEqual([
      '01-Jan-1970 00:00:00 +0000',
      '01-Jan-2017 00:00:00 +0000',
      '01-Jan-2021 00:00:00 -1130',
      '28-Feb-2021 10:00:00 +0100',
    ]);
    expect((await ledgerOf(world)).map(({ repairs = [], doubt }) => [repairs, doubt])).toEqual([
      [['date'], false],
      [['date'], false],
      [[], false],
      [[], false],
    ]);
    expect(await runPass(world, pass(2, 'incremental'))).toMatchObject({ verdict: 'complete' });
    expect(world.target.folder('INBOX').messages).toHaveLength(4);
  });
});

describe('an INTERNALDATE that the target does not keep', () => {
  test('is counted and named, in every report from then on', async () => {
    const world = await createWorld();
    world.target.dated = (date) => (date.includes('2040') ? '24-Nov-2026 10:00:00 +0000' : date);
    world.source.store('INBOX', { octets: 'A: 1\r\n', internalDate: '01-Jan-2040 00:00:00 +0000' });
    world.source.store('INBOX', { octets: 'A: 2\r\n', internalDate: '01-Jan-2020 00:00:00 +0000' });
    const items = async (): Promise<unknown[]> => {
      const lines: unknown[] = [];
      for await (const line of world.ports.data.readLines(ledgerKeys.items(batch, mailboxId), (v) => v))
        lines.push(line);
      return lines;
    };
    expect(await runPass(world, initial)).toMatchObject({ verdict: 'complete' });
    expect(await world.ports.mailboxes.read(batch, mailboxId)).toMatchObject({ otherDates: 1, repaired: 0 });
    expect(await items()).toMatchObject([{ uid: 1, outcome: 'copied', otherDate: true }]);
    world.source.store('INBOX', { octets: 'A: 3\r\n', internalDate: '02-Jan-2020 00:00:00 +0000' });
    await runPass(world, pass(2, 'incremental'));
    expect(await items()).toMatchObject([{ uid: 1, otherDate: true }]);
    expect(world.target.folder('INBOX').messages).toHaveLength(3);
  });
});
