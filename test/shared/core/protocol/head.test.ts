import { describe, expect, test } from '@jest/globals';
import { TargetUid } from '../../../../shared/contract/ids.ts';
import { finalHead, inDoubt, toCommit, withoutUid } from '../../../../shared/core/protocol/head.ts';
import { outcome } from './outcomes.ts';

describe('the head of a window', () => {
  /** rows with a last word | where the head ends */
  test.each<[number[], number]>([
    [[], 3],
    [[3], 4],
    [[3, 4], 5],
    [[4, 5], 3],
    [[3, 5], 4],
    [[3, 4, 5], 6],
  ])('of rows 3 to 5 with last words for %j ends at %d', (final, end) => {
    const outcomes = new Map(final.map((index) => [index, outcome({})]));
    expect(3 + finalHead({ from: 3, to: 6, outcomes }).length).toBe(end);
  });

  test('is in doubt once the window was claimed a second time', () => {
    const open = { to: 1, uidValidity: 1, uidFloor: 1, lookNotBefore: null };
    expect([1, 2, 3].map((attempts) => inDoubt({ ...open, attempts }))).toEqual([false, true, true]);
  });
});

describe('a last word', () => {
  const acknowledged = outcome({ targetUid: TargetUid.parse(7) });

  test.each([
    [false, false, false],
    [true, false, true],
    [false, true, true],
  ])('with doubt %s in a window with doubt %s is committed with doubt %s', (own, window, committed) => {
    const at = { openedUnder: 1, uidValidity: 1, doubt: window };
    expect(toCommit({ ...acknowledged, doubt: own }, at).doubt).toBe(committed);
  });

  test('loses a UID that was acknowledged under another UIDVALIDITY than the commit names', () => {
    const at = { openedUnder: 1, uidValidity: 2, doubt: false };
    expect(toCommit(acknowledged, at)).toEqual({ ...acknowledged, targetUid: null, evidence: 'counted' });
  });

  test.each([
    ['acknowledged', 'counted'],
    ['adopted', 'adopted'],
    ['matched', 'matched'],
  ] as const)('that was %s stays delivered when the target renumbers, under no UID', (evidence, afterwards) => {
    const known = outcome({ targetUid: TargetUid.parse(7), evidence });
    expect(withoutUid(known)).toEqual({ ...known, targetUid: null, evidence: afterwards });
  });
});
