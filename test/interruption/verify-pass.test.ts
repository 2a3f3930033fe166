/** A verify pass is stopped at every port call in turn and resumed: the findings are those of the undisturbed one. */
import { expect, test } from '@jest/globals';
import { ItemLine, MailboxSummary } from '../../shared/contract/items.ts';
import { verifyKeys } from '../../shared/contract/keys.ts';
import { Interrupted, Interrupter, interruptible, type StopPoint } from '../support/interrupt.ts';
import { batch, contents, createWorld, mailboxId, runPass, type World } from '../support/world.ts';

const pass = { passId: 'contoso-verify', pass: 'verify' } as const;

/** Removed, altered, reflagged, new, a twin: one finding of each kind; few messages, because each call costs a whole run. */
async function plantedWorld({ uidPlus }: { uidPlus: boolean }): Promise<World> {
  const world = await createWorld({ target: { uidPlus } });
  world.source.addFolder('Sent');
  for (const n of [1, 2, 3, 4, 4]) {
    world.source.store('INBOX', { octets: `Subject: ${n}\r\n\r\n`, internalDate: `0${n}-Mar-2026 10:00:00 +0200` });
  }
  world.source.store('Sent', { octets: 'sent', internalDate: '05-Jan-1999 23:59:59 -0330' });
  await runPass(world, { passId: 'contoso-initial', pass: 'initial' });
  const inbox = world.target.folder('INBOX').messages;
  const copy = (n: number) => inbox.find((m) => Buffer.from(m.octets).includes(`: ${n}\r`));
  world.target.remove('INBOX', copy(1)?.uid ?? 0);
  const altered = copy(2);
  if (altered) altered.octets = Buffer.from('altered');
  world.target.setFlags('INBOX', copy(3)?.uid ?? 0, ['\\Draft']);
  world.source.store('Sent', { octets: 'new', internalDate: '24-Nov-2026 09:00:00 +0000' });
  return world;
}

async function run(world: World, point: StopPoint | null): Promise<Interrupter> {
  const interrupter = new Interrupter(point);
  await runPass(world, pass, interruptible(world.ports, interrupter)).catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
  });
  return interrupter;
}

/** All that a verify pass leaves for the report. */
async function findings(world: World): Promise<string> {
  const record = await world.ports.mailboxes.read(batch, mailboxId);
  const items: ItemLine[] = [];
  const { data } = world.ports;
  for await (const item of data.readLines(verifyKeys.items(batch, mailboxId, pass.passId), (v) => ItemLine.parse(v)))
    items.push(item);
  const summary = await data.readJson(verifyKeys.summary(batch, mailboxId, pass.passId), (v) =>
    MailboxSummary.parse(v),
  );
  const { verdict, verified, failure } = record ?? {};
  return JSON.stringify({ verdict, verified, failure, items, summary });
}

test.each([
  { uidPlus: true, when: 'before' },
  { uidPlus: true, when: 'after' },
  { uidPlus: false, when: 'before' },
  { uidPlus: false, when: 'after' },
] as const)(
  'stopped $when every port call and resumed, it finds the same ($uidPlus: UIDPLUS)',
  async ({ uidPlus, when }) => {
    const undisturbed = await plantedWorld({ uidPlus });
    const { calls } = await run(undisturbed, null);
    const expected = await findings(undisturbed);
    expect(calls).toBeGreaterThan(60);
    expect(JSON.parse(expected)).toMatchObject({
      verdict: 'incomplete',
      verified: { findings: { equal: 4, removed: 1, 'other-octets': 1, 'not-copied': 1 }, otherFlags: 1 },
    });
    const failures: string[] = [];
    for (let at = 1; at <= calls; at++) {
      const world = await plantedWorld({ uidPlus });
      const before = [contents(world.source), contents(world.target)];
      const { stoppedIn } = await run(world, { at, when });
      await run(world, null);
      const same = (await findings(world)) === expected;
      const untouched = JSON.stringify([contents(world.source), contents(world.target)]) === JSON.stringify(before);
      if (!same || !untouched) failures.push(`${at} ${stoppedIn}: ${await findings(world)}`);
    }
    expect(failures).toEqual([]);
  },
);
