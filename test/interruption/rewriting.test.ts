/** Stopped at every port call, at a target that adds a header line to all it stores: nothing missing, nothing twice. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { limits } from '../../shared/core/protocol/limits.ts';
import { createWorld, key, runPass, type World } from '../support/world.ts';
import { Interrupted, Interrupter, interruptible } from '../support/interrupt.ts';

const pass = { passId: 'contoso-initial', pass: 'initial' } as const;

/** Twins, messages of one second, one of a second of its own; all have headers of their own. */
async function world({ knownBefore, uidPlus }: { knownBefore: boolean; uidPlus: boolean }): Promise<World> {
  const made = await createWorld({ target: { rewrites: 'header', uidPlus } });
  const put = (name: string, second: number): number =>
    made.source.store('INBOX', {
      octets: `Message-ID: <${name}@x>\r\nSubject: ${name}\r\n\r\nbody\r\n`,
      internalDate: `01-Mar-2026 10:00:0${second} +0000`,
    });
  for (const name of ['twin', 'twin', 'a', 'b']) put(name, 1);
  for (const [i, name] of ['c', 'd'].entries()) put(name, 2 + i);
  if (knownBefore) await made.ports.mailboxes.update(key.batch, key.mailboxId, { rewrites: true });
  return made;
}

async function stoppedAt(at: number | null, made: World): Promise<Interrupter> {
  const interrupter = new Interrupter(at === null ? null : { at, when: 'after' });
  await runPass(made, pass, interruptible(made.ports, interrupter)).catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
  });
  return interrupter;
}

const sent = ({ target }: World): string[] =>
  target
    .folder('INBOX')
    .messages.map(({ asSent }) => Buffer.from(asSent).toString())
    .sort();

describe.each([
  ['known to rewrite: exactly once', { knownBefore: true, uidPlus: true }, { windowRows: 512, mostTwins: 0 }],
  // Rows that were delivered under no known UID take their copy first, or a twin in doubt would adopt it (V18).
  ['without UIDPLUS, in windows of one', { knownBefore: true, uidPlus: false }, { windowRows: 1, mostTwins: 0 }],
  [
    'not known yet: at most one twin, reported',
    { knownBefore: false, uidPlus: true },
    { windowRows: 512, mostTwins: 1 },
  ],
])('a target %s', (_title, target, { windowRows, mostTwins }) => {
  const usual = limits.windowRows;
  beforeAll(() => void Object.assign(limits, { windowRows }));
  afterAll(() => void Object.assign(limits, { windowRows: usual }));

  test('whichever call was the last', async () => {
    const { calls } = await stoppedAt(null, await world(target));
    expect(calls).toBeGreaterThan(40);
    const failures: string[] = [];
    const adopted: number[] = [];
    for (let at = 1; at <= calls; at++) {
      const made = await world(target);
      const { stoppedIn } = await stoppedAt(at, made);
      const { verdict } = await runPass(made, pass);
      const record = await made.ports.mailboxes.read(key.batch, key.mailboxId);
      const wanted = made.source.folder('INBOX').messages.map(({ octets }) => Buffer.from(octets).toString());
      const copies = sent(made);
      const twins = copies.length - wanted.length;
      const missing = wanted.filter((one) => !copies.includes(one));
      if (verdict !== 'complete' || missing.length > 0 || twins > mostTwins || twins !== record?.surplus)
        failures.push(`${at} ${stoppedIn}: ${verdict}, ${twins} twins, ${record?.surplus} reported`);
      adopted.push(record?.byHeaders ?? 0);
    }
    expect(failures).toEqual([]);
    expect(Math.max(...adopted)).toBeGreaterThanOrEqual(Math.min(5, windowRows));
  });
});

test('a target that keeps octets: other mail with the header of ours, come in meanwhile, is never taken for it', async () => {
  const octets = 'Message-ID: <a@x>\r\nSubject: a\r\n\r\nbody\r\n';
  const internalDate = '01-Mar-2026 10:00:00 +0000';
  const begin = async (): Promise<World> => {
    const made = await createWorld();
    made.source.store('INBOX', { octets, internalDate });
    made.source.store('INBOX', { octets: octets.replaceAll('a@x', 'b@x'), internalDate });
    return made;
  };
  const { calls } = await stoppedAt(null, await begin());
  let planted = 0;
  for (let at = 1; at <= calls; at++) {
    const made = await begin();
    await stoppedAt(at, made);
    const known = await made.ports.mailboxes.read(key.batch, key.mailboxId);
    // What was there before the plan may be another tool's copy.
    if (!known?.plan || known.state !== 'syncing') continue;
    planted += 1;
    made.target.store('INBOX', { octets: `X-Other: 1\r\n${octets}`, internalDate });
    expect(await runPass(made, pass)).toMatchObject({ verdict: 'complete' });
    expect(sent(made).filter((one) => one === octets)).toHaveLength(1);
    expect(sent(made)).toHaveLength(3);
  }
  expect(planted).toBeGreaterThan(20);
});
