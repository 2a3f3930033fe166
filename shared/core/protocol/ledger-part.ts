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
  return {
    ...outcome,
    folder,
    sourceUid,
    internalDate,
    sizeBytes,
    flags,
    uidValidity,
    vanished: false,
    doubtSince: null,
  };
}
