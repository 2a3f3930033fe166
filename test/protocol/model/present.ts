/** What lay at the target before the first plan (present.ts of the steps, over the model's records). */
import type { TargetUid } from '../../../shared/contract/ids.ts';
import type { CopyRow } from '../../../shared/contract/items.ts';
import { instantKey } from '../../../shared/core/identity.ts';
import type { MessageRow } from '../../../shared/core/protocol/claims.ts';
import { presentByHeaders } from '../../../shared/core/protocol/present.ts';
import { matchByHeaders, readRivals } from './headers.ts';
import { plain, readClaims } from './look.ts';
import { merged, type PlainClaims, type Task, type Worker } from './state.ts';
import { rowsOf, withWorker, type At } from './worker.ts';

/** Before anything is sent. True: nothing else is done in this window yet. */
export function looksForPresent(at: At, task: Task, open: readonly number[]): boolean {
  const { state, w, worker, emit } = at;
  if (worker.matched) return false;
  const rows = open.flatMap((index) => {
    const row = rowsOf(at)[index];
    return row && row.candidates.length > 0 ? [{ index, row }] : [];
  });
  if (rows.length === 0) return false;
  const { claims } = worker;
  if (!claims) {
    const read = { ...worker, claims: plain(readClaims(at, worker.session.uidValidity)) };
    emit(`worker ${w} reads what is claimed`, withWorker(state, w, read));
    return true;
  }
  const { words, ambiguous } = matchPresent(at, { task, rows, claims });
  const next: Worker = {
    ...worker,
    matched: true,
    claims: null,
    doubtful: [...worker.doubtful, ...ambiguous],
    task: { ...task, outcomes: merged(task.outcomes, words) },
  };
  const found = words.map(([index, { targetUid }]) => `row ${index} is UID ${targetUid}`).join(', ');
  emit(`worker ${w} compares what was there before: ${found || 'nothing'}`, withWorker(state, w, next));
  return true;
}

interface Matching {
  task: Task;
  rows: readonly { index: number; row: CopyRow }[];
  claims: PlainClaims;
}

function matchPresent(
  at: At,
  { task, rows, claims }: Matching,
): { words: Task['outcomes']; ambiguous: readonly number[] } {
  const { setting, state, worker } = at;
  const { uidValidity } = worker.session;
  const { unknown } = claims;
  const claimed = new Set(claims.claimed);
  for (const [, { targetUid }] of task.outcomes) if (targetUid !== null) claimed.add(targetUid);
  const instants = new Set(rows.map(({ row }) => instantKey(row.internalDate)));
  const nameless = unknown.filter((row) => instants.has(instantKey(row.internalDate)));
  const copies = candidatesOf(at, rows);
  const facesOf = ({ sourceUid }: MessageRow) =>
    state.expunged.includes(sourceUid)
      ? []
      : [{ identity: setting.identities[setting.messageOf[sourceUid - 1] ?? 0] ?? '', repairs: [] }];
  const match = setting.rules.matchCandidates({ rows, nameless, copies, claimed, facesOf });
  const free = match.free.map((targetUid) => ({ targetUid, identity: copies.get(targetUid) ?? '' }));
  const left = rows.filter(({ index }) => !match.found.has(index));
  const rivals = readRivals(at).rows;
  const byHeaders = matchByHeaders(at, { rows: left, free, unknown: match.nameless, rivals, uidValidity });
  const words = byHeaders.found.map(({ index, targetUid }) => [index, presentByHeaders(targetUid)] as const);
  return { words: [...match.found, ...words], ambiguous: byHeaders.ambiguous };
}

/** What the target shows under the planned UIDs now, whatever they meant then. */
function candidatesOf({ setting, state }: At, rows: Matching['rows']): Map<TargetUid, string> {
  const planned = new Set(rows.flatMap(({ row }) => row.candidates));
  const shown = [...planned].flatMap((candidate) => {
    const copy = state.target.copies.find(({ there, uid }) => there && uid === candidate);
    return copy ? [[candidate, setting.copyIdentities[copy.message] ?? ''] as const] : [];
  });
  return new Map(shown);
}
