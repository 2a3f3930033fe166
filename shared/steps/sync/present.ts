/** Messages that another tool, or a pass whose records were lost, put into the target before: compared by octets, then by headers. */
import type { TargetUid } from '../../contract/ids.ts';
import type { CopyRow, RowOutcome } from '../../contract/items.ts';
import { identityOf, instantKey } from '../../core/identity.ts';
import type { MessageRow } from '../../core/protocol/claims.ts';
import { matchCandidates, presentByHeaders } from '../../core/protocol/present.ts';
import { matchByHeaders } from './by-headers.ts';
import { readClaims } from './claims.ts';
import { facesOfRows } from './doubt.ts';
import { canonicalHashOf } from './hashes.ts';
import { readRivals } from './rivals.ts';
import type { MailReader } from '../../ports/mail.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';
import { takenUids, type WindowTask } from './window-task.ts';

/**
 * Outcomes of the rows whose planned candidates really hold their octets. Each target UID is claimed by one row;
 * equal instants share a chunk, so only this chunk's own outcomes can have claimed it before.
 */
export async function matchPresent(
  slice: Slice,
  sessions: Sessions,
  at: { task: WindowTask; indexes: readonly number[] },
): Promise<Map<number, RowOutcome>> {
  const rows = at.indexes.flatMap((index) => {
    const row = slice.rows[index];
    return row && row.candidates.length > 0 ? [{ index, row }] : [];
  });
  if (rows.length === 0) return new Map();
  const { claimed, unknown } = await readClaims(slice, at.task.folder, sessions.uidValidity);
  for (const uid of takenUids(at.task.outcomes)) claimed.add(uid);
  const instants = new Set(rows.map(({ row }) => instantKey(row.internalDate)));
  const nameless = unknown.filter((row) => instants.has(instantKey(row.internalDate)));
  const copies = await identitiesOf(sessions.target, [...new Set(rows.flatMap(({ row }) => row.candidates))]);
  const sources = await facesOfRows(slice, sessions, [...rows.map(({ row }) => row), ...nameless]);
  const facesOf = ({ sourceUid, internalDate }: MessageRow) =>
    (sources.get(sourceUid) ?? []).map(({ hash, repairs }) => ({ identity: identityOf(hash, internalDate), repairs }));
  const match = matchCandidates({ rows, nameless, copies, claimed, facesOf });
  const left = rows.filter(({ index }) => !match.found.has(index));
  const found = await byHeaders(slice, sessions, { task: at.task, left, free: match.free, nameless: match.nameless });
  return new Map([...match.found, ...found]);
}

interface Unmatched {
  task: WindowTask;
  left: readonly { index: number; row: CopyRow }[];
  free: readonly TargetUid[];
  nameless: readonly MessageRow[];
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
  return new Map(found.map(({ index, targetUid }) => [index, presentByHeaders(targetUid)]));
}

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
