/** Whole passes against a target, or behind another tool, that stores other octets than it is given. */
import { describe, expect, test } from '@jest/globals';
import type { MailAccount } from '../../../shared/adapters/memory/mail/index.ts';
import { LedgerRow } from '../../../shared/contract/items.ts';
import { createWorld, key, runPass, type World } from '../../support/world.ts';

const first = { passId: 'one', pass: 'initial' } as const;
const second = { passId: 'two', pass: 'incremental' } as const;
const date = (day: number): string => `${String(day).padStart(2, '0')}-Mar-2026 10:00:00 +0000`;
const mail = (id: string, body = id): string => `Message-ID: <${id}@x>\r\nSubject: about ${id}\r\n\r\n${body}\r\n`;

function fill(account: MailAccount, count: number): void {
  for (let i = 1; i <= count; i++) account.store('INBOX', { octets: mail(`m${i}`), internalDate: date(i) });
}

const record = async (world: World) => world.ports.mailboxes.read(key.batch, key.mailboxId);
const appends = (world: World): number => world.target.commands.filter((c) => c === 'APPEND').length;

async function evidence(world: World): Promise<(string | null)[]> {
  const [folder] = await world.ports.folders.list(key);
  const rows: (string | null)[] = [];
  for await (const row of world.ports.data.readLines(folder?.ledger.key ?? '', (v) => LedgerRow.parse(v)))
    rows.push(row.evidence);
  return rows;
}

describe('whether a target rewrites', () => {
  test.each([
    ['header', true],
    ['wrapping', true],
    [undefined, false],
  ] as const)('is learnt from the first copies and asked only once: %s', async (rewrites, expected) => {
    const world = await createWorld({ target: rewrites ? { rewrites } : {} });
    fill(world.source, 5);
    await runPass(world, first);
    expect(await record(world)).toMatchObject({ rewrites: expected, verdict: 'complete', byHeaders: 0, surplus: 0 });
    world.target.commands.length = 0;
    world.source.store('INBOX', { octets: mail('new'), internalDate: date(20) });
    await runPass(world, second);
    expect(world.target.commands.filter((c) => /BODY|HEADER/.test(c))).toEqual([]);
    expect(appends(world)).toBe(1);
  });

  test('stays unknown without UIDPLUS', async () => {
    const world = await createWorld({ target: { rewrites: 'header', uidPlus: false } });
    fill(world.source, 3);
    await runPass(world, first);
    expect(await record(world)).toMatchObject({ rewrites: null, verdict: 'complete' });
  });
});

describe('mail that another tool put there before', () => {
  /** What lies at the target: half as it was, half rewritten. */
  async function halfCopied(): Promise<World> {
    const world = await createWorld({ target: { rewrites: 'header' } });
    fill(world.source, 8);
    for (const [i, { octets, internalDate }] of world.source.folder('INBOX').messages.slice(0, 4).entries())
      world.target[i % 2 === 0 ? 'store' : 'storeRewritten']('INBOX', { octets, internalDate });
    return world;
  }

  test('is present, by octets or by headers, and the report says by which', async () => {
    const world = await halfCopied();
    await runPass(world, first);
    expect(appends(world)).toBe(4);
    expect(world.target.folder('INBOX').messages).toHaveLength(8);
    expect(await record(world)).toMatchObject({ verdict: 'complete', byHeaders: 2, surplus: 0, openDoubts: 0 });
    expect(await evidence(world)).toEqual([
      'matched',
      'matched by headers',
      'matched',
      'matched by headers',
      ...Array(4).fill('acknowledged'),
    ]);
    await runPass(world, second);
    expect(world.target.folder('INBOX').messages).toHaveLength(8);
  });

  test('rewritten by the tool itself, at a target that keeps octets', async () => {
    const world = await createWorld();
    fill(world.source, 2);
    world.target.store('INBOX', { octets: `X-TUID: 1\r\n${mail('m1')}`, internalDate: date(1) });
    await runPass(world, first);
    expect(await record(world)).toMatchObject({ counts: { copied: 1, present: 1 }, byHeaders: 1 });
  });

  test('true twins are dealt out one to one', async () => {
    const world = await createWorld({ target: { rewrites: 'wrapping' } });
    for (let i = 0; i < 3; i++) world.source.store('INBOX', { octets: mail('m1'), internalDate: date(1) });
    for (let i = 0; i < 2; i++) world.target.storeRewritten('INBOX', { octets: mail('m1'), internalDate: date(1) });
    await runPass(world, first);
    expect(await record(world)).toMatchObject({ counts: { copied: 1, present: 2 }, byHeaders: 2 });
    expect(world.target.folder('INBOX').messages).toHaveLength(3);
  });

  test.each([
    ['two messages of one header and other octets', [mail('m1', 'a'), mail('m1', 'b')], 2],
    ['one of them without the other', [mail('m1', 'a'), mail('m1', 'b')], 1],
  ])('is no proof for %s: copied again, and the twins are named', async (_title, octets, planted) => {
    const world = await createWorld({ target: { rewrites: 'header' } });
    for (const one of octets) world.source.store('INBOX', { octets: one, internalDate: date(1) });
    for (const one of octets.slice(0, planted))
      world.target.storeRewritten('INBOX', { octets: one, internalDate: date(1) });
    await runPass(world, first);
    expect(await record(world)).toMatchObject({ counts: { copied: 2, present: 0 }, surplus: planted, openDoubts: 2 });
    expect(world.target.folder('INBOX').messages).toHaveLength(2 + planted);
  });

  test.each([
    ['another date', mail('m1'), date(2)],
    ['another Message-ID', mail('m2'), date(1)],
    ['another subject', mail('m1').replace('about', 'on'), date(1)],
    ['a second Message-ID', `Message-ID: <m2@x>\r\n${mail('m1')}`, date(1)],
    ['no Message-ID on either side, and no sender', 'Subject: about m1\r\n\r\nx', date(1)],
  ])('is not recognised with %s, and is left alone', async (_title, octets, internalDate) => {
    const world = await createWorld({ target: { rewrites: 'header' } });
    const nameless = !octets.includes('Message-ID');
    world.source.store('INBOX', { octets: nameless ? octets : mail('m1'), internalDate: date(1) });
    world.target.storeRewritten('INBOX', { octets, internalDate });
    await runPass(world, first);
    expect(await record(world)).toMatchObject({ counts: { copied: 1, present: 0 }, byHeaders: 0 });
    expect(world.target.folder('INBOX').messages).toHaveLength(2);
  });

  test('without a Message-ID the other four fields do', async () => {
    const octets = 'Date: d\r\nFrom: a@x\r\nTo: b@x\r\nSubject: s\r\n\r\nbody\r\n';
    const world = await createWorld({ target: { rewrites: 'wrapping' } });
    world.source.store('INBOX', { octets, internalDate: date(1) });
    world.target.storeRewritten('INBOX', { octets, internalDate: date(1) });
    await runPass(world, first);
    expect(await record(world)).toMatchObject({ counts: { copied: 0, present: 1 }, byHeaders: 1 });
  });

  test.each(['header', undefined] as const)(
    'is recognised among any number of one date, twins too: %s',
    async (rewrites) => {
      const world = await createWorld({ target: rewrites ? { rewrites } : {} });
      const names = Array.from({ length: 140 }, (_, i) => (i < 70 ? 'twin' : `m${i}`));
      for (const name of names) world.source.store('INBOX', { octets: mail(name), internalDate: date(1) });
      for (const name of [...names].reverse())
        world.target.storeRewritten('INBOX', { octets: mail(name), internalDate: date(1) });
      await runPass(world, first);
      expect(await record(world)).toMatchObject({ counts: { copied: 0, present: 140 }, surplus: 0 });
      expect(world.target.folder('INBOX').messages).toHaveLength(140);
    },
  );

  test('hostile headers stop nothing', async () => {
    const world = await createWorld({ target: { rewrites: 'header' } });
    const hostile = [
      `Message-ID: <${'x'.repeat(100_000)}>\r\n\r\nlong`,
      'Message-ID: <a\0b>\r\n\r\nNUL',
      'Subject: \xe9\xff\r\nMessage-ID: "*) UID FETCH 1 (FLAGS"\r\n\r\n8-bit, and IMAP in it',
      ': no name\r\n\r\n',
      '',
    ];
    for (const [i, octets] of hostile.entries()) {
      for (const account of [world.source, world.target])
        account.storeRewritten('INBOX', { octets: Buffer.from(octets, 'latin1'), internalDate: date(i + 1) });
    }
    await runPass(world, first);
    expect(await record(world)).toMatchObject({ verdict: 'complete', counts: { source: 5, present: 2, copied: 3 } });
  });
});

describe("what is the target's user's", () => {
  test('copies that were moved or deleted there never come back (F17)', async () => {
    const world = await createWorld({ target: { rewrites: 'header' } });
    fill(world.source, 4);
    await runPass(world, first);
    world.target.remove('INBOX', 1);
    world.target.remove('INBOX', 2);
    world.source.store('INBOX', { octets: mail('new'), internalDate: date(9) });
    await runPass(world, second);
    expect(world.target.folder('INBOX').messages.map(({ uid }) => uid)).toEqual([3, 4, 5]);
    expect(await record(world)).toMatchObject({ verdict: 'complete', removedAtTarget: 2 });
  });

  test('mail that came in meanwhile is left alone (F18)', async () => {
    const world = await createWorld({ target: { rewrites: 'header' } });
    fill(world.source, 2);
    world.target.store('INBOX', { octets: mail('own'), internalDate: date(1) });
    await runPass(world, first);
    const before = world.target.folder('INBOX').messages.map(({ octets }) => Buffer.from(octets).toString());
    await runPass(world, second);
    expect(world.target.folder('INBOX').messages.map(({ octets }) => Buffer.from(octets).toString())).toEqual(before);
    expect(before).toHaveLength(3);
    expect(before[0]).toBe(mail('own'));
  });
});
