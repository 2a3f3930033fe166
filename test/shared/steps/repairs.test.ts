/** What becomes of a message that the target refuses: repaired by name, once, or kept in quarantine as it is. */
import { describe, expect, test } from '@jest/globals';
import { LedgerRow } from '../../../shared/contract/items.ts';
import { quarantineKeys } from '../../../shared/contract/keys.ts';
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
