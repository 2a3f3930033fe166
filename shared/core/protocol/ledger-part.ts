/** The outcomes of a chunk's last commit as lines of its ledger part. */
import type { ChunkRecord, CopyRow, LedgerPartRow, RowOutcome } from '../../contract/items.ts';
import { decodeTail } from './tail.ts';

export const isOfTail = ({ committed, tailRows: count }: ChunkRecord, index: number): boolean =>
  index >= committed - count && index < committed;

/** `rows` are all of the chunk. */
export const tailRows = (record: ChunkRecord, rows: readonly CopyRow[]): LedgerPartRow[] =>
  partRows(record, rows.slice(record.committed - record.tailRows, record.committed));

/** `rows` are those of the tail. */
export function partRows(record: ChunkRecord, rows: readonly CopyRow[]): LedgerPartRow[] {
  const outcomes = decodeTail(record.tail);
  return rows.flatMap((row, i) => {
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
