/** Repairs, flags that follow, quarantine and retry: stopped at every port call in turn, resumed, compared. */
import { describe, expect, test } from '@jest/globals';
import type { PassKind } from '../../shared/contract/names.ts';
import { Interrupted, Interrupter, interruptible, type StopPoint } from '../support/interrupt.ts';
import { createWorld, key, runPass, type World } from '../support/world.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const text = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');
const initial = { passId: 'pass-1', pass: 'initial' } as const;
const retry = { passId: 'pass-2', pass: 'retry' } as const;

/** [octets, flags, at the target]; null: in quarantine until the target takes all. */
const messages: [string, string[], string | null][] = [
  ['A: sound\r\n', ['\\Seen'], 'A: sound\r\n'],
  ['A: bare\r', ['\\Seen'], 'A: bare\r\n'],
  ['A: bare\r', ['\\Seen'], 'A: bare\r\n'],
  ['A: bare\r\n', ['\\Seen'], 'A: bare\r\n'],
  ['A: nul\0', [], 'A: nul\x80'],
  ['A: flags\r\n', ['\\Seen', 'refused'], 'A: flags\r\n'],
  ['A: never\r\n', ['\\Flagged'], null],
];

async function pickyWorld(options: { uidPlus: boolean }): Promise<World> {
  const world = await createWorld({ target: { uidPlus: options.uidPlus } });
  for (const [octets, flags] of messages) world.source.store('INBOX', { octets: latin1(octets), flags });
  world.target.refuses = ({ octets, flags }) =>
    /\0|\r(?!\n)|never/.test(text(octets)) || (octets.length > 0 && flags.includes('refused'));
  return world;
}

interface Seen {
  octets: Uint8Array;
  flags: readonly string[];
}

/** Without a known UID no flag can be set afterwards, unless a look-up has found the copy: then nothing is said of it. */
const told = ({ octets, flags }: Seen, uidPlus: boolean): string =>
  !uidPlus && text(octets).includes('flags') ? text(octets) : `${text(octets)} ${[...flags].sort().join(' ')}`;

const stored = (world: World, uidPlus: boolean): string =>
  JSON.stringify(
    world.target
      .folder('INBOX')
      .messages.map((message) => told(message, uidPlus))
      .sort(),
  );

const expected = (all: boolean, uidPlus: boolean): string =>
  JSON.stringify(
    messages
      .flatMap(([octets, flags, after]) => (after === null && !all ? [] : [{ octets: latin1(after ?? octets), flags }]))
      .map((message) => told(message, uidPlus))
      .sort(),
  );

async function stoppedAndResumed(world: World, pass: { passId: string; pass: PassKind }, point: StopPoint) {
  const interrupter = new Interrupter(point);
  await runPass(world, pass, interruptible(world.ports, interrupter)).catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
  });
  const { verdict } = await runPass(world, pass);
  const record = await world.ports.mailboxes.read(key.batch, key.mailboxId);
  return { verdict, record, stoppedIn: interrupter.stoppedIn };
}

async function callsOf(world: World, pass: { passId: string; pass: PassKind }): Promise<number> {
  const interrupter = new Interrupter(null);
  await runPass(world, pass, interruptible(world.ports, interrupter));
  return interrupter.calls;
}

describe.each([{ uidPlus: true }, { uidPlus: false }])('a picky target ($uidPlus: UIDPLUS)', (options) => {
  test.each(['before', 'after'] as const)('stopped %s each call of the initial pass', async (when) => {
    const calls = await callsOf(await pickyWorld(options), initial);
    const failures: string[] = [];
    for (let at = 1; at <= calls; at++) {
      const world = await pickyWorld(options);
      const { verdict, record, stoppedIn } = await stoppedAndResumed(world, initial, { at, when });
      const counts = `${verdict} ${record?.counts.copied} + ${record?.counts.quarantined}, ${record?.surplus} twins`;
      const same = stored(world, options.uidPlus) === expected(false, options.uidPlus);
      if (!same || counts !== 'complete with skips 6 + 1, 0 twins')
        failures.push(`${at} ${stoppedIn}: ${counts} ${stored(world, options.uidPlus)}`);
    }
    expect(failures).toEqual([]);
  });

  test.each(['before', 'after'] as const)('stopped %s each call of a retry', async (when) => {
    const prepared = async (): Promise<World> => {
      const world = await pickyWorld(options);
      await runPass(world, initial);
      world.target.refuses = ({ octets }) => /\0|\r(?!\n)/.test(text(octets));
      return world;
    };
    const calls = await callsOf(await prepared(), retry);
    const failures: string[] = [];
    for (let at = 1; at <= calls; at++) {
      const world = await prepared();
      const { verdict, record, stoppedIn } = await stoppedAndResumed(world, retry, { at, when });
      const counts = `${verdict} ${record?.counts.copied}, ${record?.surplus} twins`;
      const same = stored(world, options.uidPlus) === expected(true, options.uidPlus);
      if (!same || counts !== 'complete 7, 0 twins')
        failures.push(`${at} ${stoppedIn}: ${counts} ${stored(world, options.uidPlus)}`);
    }
    expect(failures).toEqual([]);
  });
});
