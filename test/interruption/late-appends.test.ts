/**
 * An APPEND that its client has given up and the server carries out later (faults F4), at a real server. The moments
 * are the test's, not a clock's: within the pause before the look-up (3 s, say), after it (45 s), after settling.
 */
import { describe, expect, test } from '@jest/globals';
import { describeWithDovecot } from '../support/dovecot.ts';
import { all, carryOut, isAppend, nth, once, without, type Gate, type Point } from '../support/imap-proxy/index.ts';
import { differences, imapWorld, pass, untilComplete, type ImapWorld } from '../support/imap-world.ts';
import { sampleServer } from '../support/sample-server.ts';

const single = without('MULTIAPPEND');
const isLookUp = ({ command, when }: Point): boolean => when === 'command' && command.text.startsWith('SELECT ');

describeWithDovecot('an APPEND that is carried out after its client has gone', () => {
  const started = sampleServer();

  /** The n-th APPEND is given up; `late` is called at the first point after that which fits. */
  async function abandoned(
    at: { n: number; tells?: ReturnType<typeof without>; moment?: (point: Point) => boolean },
    check: (world: ImapWorld, late: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const commands: Buffer[] = [];
    const given = once(
      nth(at.n, (point) => isAppend(point) && point.when === 'command'),
      'withhold',
    );
    const late = async (): Promise<void> => {
      for (const command of commands.splice(0)) await carryOut(world.to, command);
    };
    const gate: Gate = async (point) => {
      if (commands.length > 0 && at.moment?.(point)) await late();
      return given.gate(point);
    };
    const { server, sample } = started();
    const world = await imapWorld(server, {
      sourceUser: sample.user,
      target: { gate, withheld: (command) => commands.push(command), ...(at.tells ? { tells: at.tells } : {}) },
    });
    try {
      await check(world, late);
      expect(given.hit).not.toBeNull();
      expect(commands).toEqual([]);
    } finally {
      await world.stop();
    }
  }

  const extra = async (world: ImapWorld): Promise<number> => {
    const found = await differences(world);
    expect(found.filter(({ what }) => what.endsWith('missing'))).toEqual([]);
    return found.filter(({ what }) => what === 'message extra').length;
  };

  describe.each([
    ['one message', single],
    ['several messages in one command', undefined],
    ['one message, no UIDPLUS', all(single, without('UIDPLUS'))],
  ])('%s', (_title, tells) => {
    const given = (n: number, moment?: (point: Point) => boolean) => ({
      n,
      ...(tells ? { tells } : {}),
      ...(moment ? { moment } : {}),
    });
    const numbers = tells ? [1, 4, 8, 9, 16] : [1, 2];

    test.each(numbers)('the %i. APPEND, before the look-up: it is found, nothing is twice', async (n) => {
      await abandoned(given(n, isLookUp), async (world) => {
        const record = await untilComplete(world);
        expect({ verdict: record.verdict, surplus: record.surplus, extra: await extra(world) }).toEqual({
          verdict: 'complete',
          surplus: 0,
          extra: 0,
        });
      });
    });

    test.each(numbers)('the %i. APPEND, after the look-up: what is twice is named', async (n) => {
      const afterLook = (point: Point): boolean => isAppend(point) && point.when === 'command';
      await abandoned(given(n, afterLook), async (world) => {
        const record = await untilComplete(world);
        const twice = await extra(world);
        expect({ verdict: record.verdict, surplus: record.surplus }).toEqual({ verdict: 'complete', surplus: twice });
        expect(twice).toBeGreaterThan(0);
      });
    });

    test.each(numbers)('the %i. APPEND, after settling: doubt stands in the verdict, then surplus', async (n) => {
      await abandoned(given(n), async (world, late) => {
        const record = await untilComplete(world);
        expect({ verdict: record.verdict, surplus: record.surplus, extra: await extra(world) }).toEqual({
          verdict: 'complete',
          surplus: 0,
          extra: 0,
        });
        expect(record.openDoubts).toBeGreaterThan(0);
        await late();
        const twice = await extra(world);
        expect(twice).toBeGreaterThan(0);
        world.advance(1_800);
        expect(await pass(world)).toMatchObject({ verdict: 'complete', surplus: twice });
        // An hour after it was first seen the doubt ends, with a last look.
        world.advance(3_600);
        expect(await pass(world)).toMatchObject({ openDoubts: 0, surplus: twice });
        expect(await extra(world)).toBe(twice);
      });
    });
  });
});
