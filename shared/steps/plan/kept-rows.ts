/**
 * What a `retry` pass plans besides: messages that the target refused, appended from the octets in quarantine, also
 * when the source no longer has them. Every other pass leaves them alone, because each try is a new doubt.
 */
import type { FolderKey, SourceUid } from '../../contract/ids.ts';
import type { CopyRow, LedgerRow } from '../../contract/items.ts';
import type { Candidates } from './candidates.ts';

export interface Quarantined {
  folder: FolderKey;
  ledger: readonly LedgerRow[];
  vanished: ReadonlySet<SourceUid>;
  /** An attempt that was given up may have arrived since: such a copy is found, not made again. */
  candidates: Candidates;
}

export function keptRows({ folder, ledger, vanished, candidates }: Quarantined): CopyRow[] {
  return ledger
    .filter(({ outcome }) => outcome === 'quarantined')
    .map((row) => {
      const { sourceUid, internalDate, sizeBytes, flags, repairs } = row;
      const kept = { vanished: row.vanished || vanished.has(sourceUid) };
      const found = candidates(row);
      return { folder, sourceUid, internalDate, sizeBytes, flags, candidates: found, repairs, kept };
    });
}
