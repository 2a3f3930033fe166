/** The outcomes of a chunk's last commit as lines of its ledger part. */
import type { ChunkRecord, CopyRow, LedgerPartRow, RowOutcome } from '../../contract/items.ts';
import { decodeTail } from './tail.ts';

export function tailRows(record: ChunkRecord, rows: readonly CopyRow[]): LedgerPartRow[] {
  const outcomes = decodeTail(record.tail);
  const first = record.committed - record.tailRows;
  return rows.slice(first, record.committed).flatMap((row, i) => {
    const outcome = outcomes[i];
    return outcome ? [ledgerPartRow(row, outcome, record.tailUidValidity)] : [];
  });
}

export function ledgerPartRow(row: CopyRow, outcome: RowOutcome, uidValidity: number): LedgerPartRow {
  const { folder, sourceUid, internalDate, sizeBytes, flags } = row;
  const repairs = [...(row.repairs ?? []), ...(outcome.repairs ?? [])];
  const bare = repairs.includes('flags');
  return {
    ...outcome,
    folder,
    sourceUid,
    internalDate,
    sizeBytes,
    flags: bare ? [] : flags,
    ...(bare ? { pendingFlags: flags } : {}),
    ...(repairs.length > 0 ? { repairs } : {}),
    uidValidity,
    vanished: row.kept?.vanished ?? false,
    doubtSince: null,
  };
}
