/** Messages that another tool, or a pass whose records were lost, put into the target before: compared by octets. */
import type { TargetUid } from '../../contract/ids.ts';
import type { PlannedFolder, RowOutcome } from '../../contract/items.ts';
import { readClaims } from './claims.ts';
import { hashesOf } from './doubt.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';

const present = (targetUid: TargetUid): RowOutcome => ({
  outcome: 'present',
  targetUid,
  evidence: 'matched',
  doubt: false,
  code: null,
  sha256: null,
});

/**
 * Outcomes of the rows whose planned candidates really hold their octets. Each target UID is claimed by one row;
 * equal instants share a chunk, so only this chunk's own outcomes can have claimed it before.
 */
export async function matchPresent(
  slice: Slice,
  sessions: Sessions,
  at: { folder: PlannedFolder; indexes: readonly number[]; taken: ReadonlySet<number> },
): Promise<Map<number, RowOutcome>> {
  const found = new Map<number, RowOutcome>();
  const rows = at.indexes.flatMap((index) => {
    const row = slice.rows[index];
    return row && row.candidates.length > 0 ? [{ index, row }] : [];
  });
  if (rows.length === 0) return found;
  const { claimed } = await readClaims(slice, at.folder, sessions.uidValidity);
  for (const uid of at.taken) claimed.add(uid);
  const targets = await hashesOf(sessions.target, [...new Set(rows.flatMap(({ row }) => row.candidates))]);
  const sources = await hashesOf(
    sessions.source,
    rows.map(({ row }) => row.sourceUid),
  );
  for (const { index, row } of rows) {
    const hash = sources.get(row.sourceUid);
    const uid = hash === undefined ? undefined : row.candidates.find((c) => targets.get(c) === hash && !claimed.has(c));
    if (uid === undefined) continue;
    claimed.add(uid);
    found.set(index, present(uid));
  }
  return found;
}
