/** The main test: stop at every port call in turn, resume, compare; then a second pass must change nothing. */
import { describe, expect, test } from '@jest/globals';
import { contents, createWorld, key, runPass, type World } from '../support/world.ts';
import { Interrupted, Interrupter, interruptible, type StopPoint } from '../support/interrupt.ts';
import { fillSample } from '../support/sample-mailbox.ts';

const first = { passId: 'contoso-initial', pass: 'initial' } as const;
const second = { passId: 'contoso-second', pass: 'incremental' } as const;

async function sampleWorld(options: { uidPlus: boolean }): Promise<World> {
  const world = await createWorld({ target: { uidPlus: options.uidPlus } });
  fillSample(world.source);
  return world;
}

async function stopped(world: World, point: StopPoint): Promise<Interrupter> {
  const interrupter = new Interrupter(point);
  await runPass(world, first, interruptible(world.ports, interrupter)).catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
  });
  return interrupter;
}

async function countCalls(options: { uidPlus: boolean }): Promise<number> {
  const world = await sampleWorld(options);
  const interrupter = new Interrupter(null);
  await runPass(world, first, interruptible(world.ports, interrupter));
  return interrupter.calls;
}

describe.each([{ uidPlus: true }, { uidPlus: false }])(
  'a mailbox stopped at every port call and resumed ($uidPlus: UIDPLUS)',
  (options) => {
    test.each(['before', 'after'] as const)(
      '%s the call: nothing missing, nothing twice, verdict complete',
      async (when) => {
        const calls = await countCalls(options);
        expect(calls).toBeGreaterThan(100);
        const failures: string[] = [];
        for (let at = 1; at <= calls; at++) {
          const world = await sampleWorld(options);
          const interrupter = await stopped(world, { at, when });
          const ended = await runPass(world, first);
          const record = await world.ports.mailboxes.read(key.batch, key.mailboxId);
          const same = JSON.stringify(contents(world.target)) === JSON.stringify(contents(world.source));
          const clean = same && ended.verdict === 'complete' && record?.counts.source === 28 && record.surplus === 0;
          if (!clean)
            failures.push(
              `${at} ${interrupter.stoppedIn}: ${ended.verdict} ${JSON.stringify(record?.counts)} ${record?.failure?.message ?? ''}`,
            );
        }
        expect(failures).toEqual([]);
      },
    );

    test('then a second pass changes nothing', async () => {
      const calls = await countCalls(options);
      for (let at = 1; at <= calls; at += 7) {
        const world = await sampleWorld(options);
        await stopped(world, { at, when: 'after' });
        await runPass(world, first);
        const before = contents(world.target);
        world.target.commands.length = 0;
        const ended = await runPass(world, second);
        expect(ended.verdict).toBe('complete');
        expect(contents(world.target)).toEqual(before);
        expect(world.target.commands.filter((c) => c === 'APPEND')).toEqual([]);
      }
    });
  },
);
