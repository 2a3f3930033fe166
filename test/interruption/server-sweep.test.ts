/**
 * The main test against a real server: the conversation is broken off at every command, half literal, half message and
 * answer in turn, and resumed; an independent client compares both sides; a second pass must change nothing.
 */
import { expect, test } from '@jest/globals';
import { describeWithDovecot } from '../support/dovecot.ts';
import { all, isAppend, without, type Point } from '../support/imap-proxy/index.ts';
import { sampleServer } from '../support/sample-server.ts';
import { sweepAll, type Sweep } from '../support/sweep.ts';

const answer = { fits: (point: Point) => isAppend(point) && point.when === 'answer' };
const noUids = without('UIDPLUS');
const single = without('MULTIAPPEND');
const synchronizing = without('MULTIAPPEND', 'LITERAL+', 'LITERAL-');
const appends = (tells: typeof noUids): Sweep => ({ side: 'target', fits: isAppend, target: { tells } });

describeWithDovecot('a conversation that is broken off at every point and resumed', () => {
  const started = sampleServer();

  test.each<[string, number, Sweep]>([
    ['every point at the source', 100, { side: 'source' }],
    ['every point at the target', 150, { side: 'target' }],
    ['every point of an APPEND, no UIDPLUS', 20, appends(noUids)],
    ['every point of an APPEND, one message in each', 90, appends(single)],
    ['every point of an APPEND, one message in each, no UIDPLUS', 90, appends(all(single, noUids))],
    ['every point of an APPEND, synchronizing literals', 90, appends(synchronizing)],
    ['every point of an APPEND, synchronizing literals, no UIDPLUS', 90, appends(all(synchronizing, noUids))],
    ['every point of an APPEND, windows that slide', 90, { ...appends(all(single, noUids)), windowRows: 4 }],
    ['every point at the target after an answer was lost', 80, { side: 'target', first: answer }],
    ['every point at the source after an answer was lost', 40, { side: 'source', first: answer }],
  ])(
    '%s (at least %i): nothing missing, nothing twice, and a second pass changes nothing',
    async (_name, atLeast, sweep) => {
      const { points, struck, wrong } = await sweepAll(started().sample, sweep);
      expect(wrong).toEqual([]);
      expect(`${struck}/${points}`).toBe(`${points}/${points}`);
      expect(points).toBeGreaterThanOrEqual(atLeast);
    },
    600_000,
  );
});
