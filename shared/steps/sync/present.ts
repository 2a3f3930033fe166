/** Messages that another tool, or a pass whose records were lost, put into the target before: compared by octets, then by headers. */
import type { TargetUid } from '../../contract/ids.ts';
import type { CopyRow, Repair, RowOutcome } from '../../contract/items.ts';
import { identityOf, instantKey } from '../../core/identity.ts';
import { matchByHeaders } from './by-headers.ts';
import { readClaims } from './claims.ts';
import { facesOfRows } from './doubt.ts';
import { canonicalHashOf } from './hashes.ts';
import { readRivals } from './rivals.ts';
import type { MailReader } from '../../ports/mail.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';
import { takenUids, type WindowTask } from './window-task.ts';

const present = (targetUid: TargetUid, repairs: readonly Repair[]): RowOutcome => ({
  outcome: 'present',
  targetUid,
  evidence: 'matched',
  doubt: false,
  code: null,
  sha256: null,
  // Put there by a pass whose records were lost.
  ...(repairs.length > 0 ? { repairs: [...repairs] } : {}),
});

/**
 * Outcomes of the rows whose planned candidates really hold their octets. Each target UID is claimed by one row;
 * equal instants share a chunk, so only this chunk's own outcomes can have claimed it before.
 */
export async function matchPresent(
  slice: Slice,
  sessions: Sessions,
  at: { task: WindowTask; indexes: readonly number[] },
): Promise<Map<number, RowOutcome>> {
  const found = new Map<number, RowOutcome>();
  const rows = at.indexes.flatMap((index) => {
    const row = slice.rows[index];
    return row && row.candidates.length > 0 ? [{ index, row }] : [];
  });
  if (rows.length === 0) return found;
  const { claimed, unknown } = await readClaims(slice, at.task.folder, sessions.uidValidity);
  for (const uid of takenUids(at.task.outcomes)) claimed.add(uid);
  const candidates = new Map(rows.map(({ row }) => [instantKey(row.internalDate), row.candidates]));
  const nameless = unknown.filter((row) => candidates.has(instantKey(row.internalDate)));
  const targets = await identitiesOf(sessions.target, [...new Set(rows.flatMap(({ row }) => row.candidates))]);
  const wanted = [...rows.map(({ row }) => row), ...nameless];
  const sources = await facesOfRows(slice, sessions, wanted);
  const take = (row: Wanted, from: readonly TargetUid[]): RowOutcome | null => {
    for (const { hash, repairs } of sources.get(row.sourceUid) ?? []) {
      const identity = identityOf(hash, row.internalDate);
      const uid = from.find((c) => targets.get(c) === identity && !claimed.has(c));
      if (uid === undefined) continue;
      claimed.add(uid);
      return present(uid, repairs);
    }
    return null;
  };
  // Delivered rows without a known UID claim first (protocol section 5, rule 6): one of the candidates may be theirs.
  const namelessLeft = nameless.filter((row) => !take(row, candidates.get(instantKey(row.internalDate)) ?? []));
  for (const { index, row } of rows) {
    const outcome = take(row, row.candidates);
    if (outcome) found.set(index, outcome);
  }
  const left = rows.filter(({ index }) => !found.has(index));
  const free = [...targets.keys()].filter((uid) => !claimed.has(uid));
  return new Map([
    ...found,
    ...(await byHeaders(slice, sessions, { task: at.task, left, free, nameless: namelessLeft })),
  ]);
}

interface Unmatched {
  task: WindowTask;
  left: readonly { index: number; row: CopyRow }[];
  free: readonly TargetUid[];
  nameless: readonly Wanted[];
}

/**
 * On any target, because it may have been another tool that rewrote them. A row with a copy that may as well be another
 * row's is sent, and in doubt, so that the report knows of the twin.
 */
async function byHeaders(slice: Slice, sessions: Sessions, at: Unmatched): Promise<Map<number, RowOutcome>> {
  const { task, left, free, nameless } = at;
  const { found, ambiguous } = await matchByHeaders(sessions, {
    rows: left,
    uids: free,
    unknown: nameless,
    rivals: async (instants) => (await readRivals(slice, task.folder, instants)).rows,
  });
  for (const index of ambiguous) task.doubtful.add(index);
  return new Map(
    found.map(({ index, targetUid }) => [index, { ...present(targetUid, []), evidence: 'matched by headers' }]),
  );
}

type Wanted = Pick<CopyRow, 'sourceUid' | 'internalDate'>;

/** With the date, though planning compared it: a target that was renumbered since has other messages under these UIDs. */
async function identitiesOf(
  target: MailReader<TargetUid>,
  uids: readonly TargetUid[],
): Promise<Map<TargetUid, string>> {
  const identities = new Map<TargetUid, string>();
  for await (const { uid, octets, internalDate } of target.fetchMessages(uids))
    identities.set(uid, identityOf(await canonicalHashOf(octets), internalDate));
  return identities;
}
