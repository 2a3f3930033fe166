/**
 * Which target UIDs of a folder are spoken for, and which rows were delivered without a known UID. Must be read
 * *after* the FETCH it is compared with: another chunk may append between the two (protocol section 5, step 4).
 * Copies named by stray notes stay free: the successor is meant to adopt them (barring them is not load-bearing, V22).
 */
import { CopyRow, LedgerRow, type LedgerPartRow, type PlannedChunk, type PlannedFolder } from '../../contract/items.ts';
import { planSequenceOf } from '../../contract/ids.ts';
import { addClaim, type Claims } from '../../core/protocol/claims.ts';
import { readOutcomes } from './ledger-parts.ts';
import type { Assignment } from './slice.ts';

export async function readClaims(assignment: Assignment, folder: PlannedFolder, uidValidity: number): Promise<Claims> {
  const claims: Claims = { claimed: new Set(), named: [], unknown: [] };
  for (const chunk of assignment.plan.chunks) {
    if (chunk.kind !== 'copy' || !chunk.folders.includes(folder.folderKey)) continue;
    if (planSequenceOf(chunk.chunkId) <= folder.settledSequence) continue;
    for await (const row of chunkOutcomes(assignment, chunk)) {
      if (row.folder === folder.folderKey) addClaim(claims, row, row.uidValidity === uidValidity);
    }
  }
  for await (const { row, valid } of settledRows(assignment, folder, uidValidity)) addClaim(claims, row, valid);
  return claims;
}

async function* chunkOutcomes(assignment: Assignment, chunk: PlannedChunk): AsyncIterable<LedgerPartRow> {
  const record = await assignment.ports.chunks.read(assignment.key, chunk.chunkId);
  if (!record) return;
  const rows: CopyRow[] = [];
  for await (const row of assignment.ports.data.readLines(chunk.rows.key, (v) => CopyRow.parse(v))) rows.push(row);
  yield* readOutcomes(assignment.ports.data, { key: assignment.key, record, rows });
}

/** Rows that earlier passes settled; void when the source was renumbered, because then they are planned anew. */
async function* settledRows(assignment: Assignment, folder: PlannedFolder, uidValidity: number) {
  if (folder.rematch) return;
  const record = (await assignment.ports.folders.list(assignment.key)).find((f) => f.folderKey === folder.folderKey);
  if (!record) return;
  const valid = record.targetUidValidity === uidValidity;
  for await (const row of assignment.ports.data.readLines(record.ledger.key, (v) => LedgerRow.parse(v)))
    yield { row, valid };
}
