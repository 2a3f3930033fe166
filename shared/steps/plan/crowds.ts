/**
 * Many messages of one INTERNALDATE at the target (an import that gave all of them one): size says little about which is
 * whose, and nothing where they were rewritten. There, headers say which few are compared.
 */
import type { TargetUid } from '../../contract/ids.ts';
import type { CopyRow } from '../../contract/items.ts';
import { instantKey } from '../../core/identity.ts';
import type { MappedFolder } from '../../core/plan/map-folders.ts';
import { headersOf } from '../sync/headers.ts';
import { mostCandidates, type Candidates } from './candidates.ts';
import type { Planning } from './planning.ts';

export async function rankByHeaders(
  { source, target }: Pick<Planning, 'source' | 'target'>,
  at: { mapped: MappedFolder; uidValidity: number; rows: CopyRow[]; candidates: Candidates },
): Promise<CopyRow[]> {
  const { mapped, rows } = at;
  const crowdOf = (row: CopyRow): readonly TargetUid[] => at.candidates.crowds?.get(instantKey(row.internalDate)) ?? [];
  const crowded = rows.filter((row) => crowdOf(row).length > 0);
  if (crowded.length === 0) return rows;
  await target.openFolder(mapped.targetPath);
  const state = await source.openFolder(mapped.sourcePath);
  if (state.uidValidity !== at.uidValidity) return rows;
  const copies = copiesByHeader(await headersOf(target, [...new Set(crowded.flatMap((row) => crowdOf(row)))]));
  const dates = new Map(crowded.map((row) => [row.sourceUid, row.internalDate]));
  const headers = await headersOf(source, [...dates.keys()], dates);
  const before = new Map<string, number>();
  return rows.map((row) => {
    const key = headers.get(row.sourceUid)?.key ?? null;
    const equal = key === null ? undefined : copies.get(key);
    if (key === null || !equal) return row;
    const rank = before.get(key) ?? 0;
    before.set(key, rank + 1);
    // Twins begin to look one behind the other, or all of them would look at the same few.
    const from = Math.max(0, Math.min(rank, equal.length - mostCandidates));
    const candidates = [...new Set([...equal.slice(from), ...row.candidates])].slice(0, mostCandidates);
    return { ...row, candidates };
  });
}

function copiesByHeader(headers: Awaited<ReturnType<typeof headersOf<TargetUid>>>): Map<string, TargetUid[]> {
  const copies = new Map<string, TargetUid[]>();
  for (const [uid, identity] of headers) {
    if (identity?.key == null) continue;
    const same = copies.get(identity.key);
    if (same) same.push(uid);
    else copies.set(identity.key, [uid]);
  }
  return copies;
}
