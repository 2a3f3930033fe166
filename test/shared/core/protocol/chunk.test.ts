import { describe, expect, test } from '@jest/globals';
import { ChunkId } from '../../../../shared/contract/ids.ts';
import type { ChunkRecord } from '../../../../shared/contract/items.ts';
import {
  claimChunk,
  commitHead,
  isMine,
  openWindow,
  release,
  untouchedChunk,
} from '../../../../shared/core/protocol/chunk.ts';
import { copied } from './outcomes.ts';

const later = '2026-11-24T10:00:00Z';
const fresh = untouchedChunk(ChunkId.parse('0001-00000'));
const claimed = (
  record: ChunkRecord,
  owner = 'a',
  observed: { fence: number; renewal: number } | null = null,
): ChunkRecord => {
  const claim = claimChunk(record, { owner, observed, lookNotBefore: later });
  if (claim.kind !== 'claim') throw new Error(claim.kind);
  return claim.transition.next;
};
const opened = openWindow(claimed(fresh), { to: 3, uidValidity: 9, uidFloor: 50 }).next;
const commit = (uids: number[]) => ({ outcomes: uids.map(copied), uidValidity: 9, copiedBytes: 10 });

describe('a claim', () => {
  test('of a free chunk raises the fence, so that every older worker is refused from now on', () => {
    expect(claimed(fresh)).toMatchObject({ fence: 1, owner: 'a', open: null });
  });

  test('of a held chunk is put off, and says what was seen', () => {
    const claim = claimChunk(opened, { owner: 'b', observed: null, lookNotBefore: later });
    expect(claim).toEqual({ kind: 'held', observed: { fence: 1, renewal: 1 } });
  });

  test('of a held chunk succeeds when fence and renewal stood still since they were observed', () => {
    expect(claimed(opened, 'b', { fence: 1, renewal: 1 })).toMatchObject({ fence: 2, owner: 'b' });
  });

  test('of a held chunk is put off again when the holder renewed meanwhile', () => {
    const claim = claimChunk(opened, { owner: 'b', observed: { fence: 1, renewal: 0 }, lookNotBefore: later });
    expect(claim.kind).toBe('held');
  });

  test('keeps floor, UIDVALIDITY and range of an open window, and counts the attempt (V4)', () => {
    const next = claimed(opened, 'b', { fence: 1, renewal: 1 });
    expect(next.open).toEqual({ to: 3, uidValidity: 9, uidFloor: 50, attempts: 2, lookNotBefore: later });
  });

  test('of a done chunk finds nothing to do', () => {
    expect(claimChunk({ ...fresh, done: true }, { owner: 'b', observed: null, lookNotBefore: later })).toEqual({
      kind: 'done',
    });
  });

  test('is written only if nobody claimed in between', () => {
    const claim = claimChunk(fresh, { owner: 'b', observed: null, lookNotBefore: later });
    expect(claim.kind === 'claim' && claim.transition.condition).toEqual({ fence: 0, owner: null });
  });
});

describe('a commit', () => {
  test('of the whole window opens the next one in the same write', () => {
    const next = commitHead(opened, commit([50, 51, 52]), { to: 5, uidValidity: 9, uidFloor: 53 }).next;
    expect(next).toMatchObject({
      committed: 3,
      sequence: 1,
      tail: '3 c a 0 50',
      tailRows: 3,
      open: { to: 5, uidFloor: 53, attempts: 1 },
    });
  });

  test('of a head leaves the rest open with its old floor: raising it would hide stored copies', () => {
    const next = commitHead(opened, commit([50]), null).next;
    expect(next.open).toEqual(opened.open);
    expect(next.committed).toBe(1);
  });

  test('of a head lets rows slide in behind the rest, under the floor and the attempts of the rest', () => {
    const again = { ...opened, open: opened.open && { ...opened.open, attempts: 2 } };
    const next = commitHead(again, commit([50]), { to: 5, uidValidity: 9, uidFloor: 51 }).next;
    expect(next.open).toEqual({ ...again.open, to: 5 });
  });

  test('is conditioned on the fence and on the commit it follows', () => {
    expect(commitHead(opened, commit([50]), null).condition).toEqual({
      fence: 1,
      renewal: 1,
      committed: 0,
      sequence: 0,
    });
  });

  test('without an open window is a defect, never a write: intent comes before bytes', () => {
    expect(() => commitHead(claimed(fresh), commit([1]), null)).toThrow(/open window/);
  });

  test('ends a row of idle slices', () => {
    expect(commitHead({ ...opened, idleSlices: 2 }, commit([50]), null).next.idleSlices).toBe(0);
  });
});

describe('a release', () => {
  test('frees the lease and keeps an open window with the time of its look-up', () => {
    const next = release(opened, { done: false, lookNotBefore: later, forgiven: false }).next;
    expect(next).toMatchObject({
      owner: null,
      done: false,
      idleSlices: 1,
      open: { lookNotBefore: later, uidFloor: 50 },
    });
  });
});

describe('a refused write', () => {
  test('that reads back as ours did succeed, its answer was lost', () => {
    expect(isMine(opened, opened)).toBe(true);
  });
  test('that reads back with another fence is the end for this worker', () => {
    expect(isMine(claimed(opened, 'b', { fence: 1, renewal: 1 }), opened)).toBe(false);
  });
});
