/** What chunks have settled, as readers of another chunk see it. */
import type { LedgerPartRow } from '../../../shared/contract/items.ts';
import { tailRows } from '../../../shared/core/protocol/ledger-part.ts';
import { chunkOf, type At } from './worker.ts';

/** readOutcomes of the steps: the item, then the parts below its sequence. */
export function outcomesOfChunk({ setting, state }: Pick<At, 'setting' | 'state'>, k: number): LedgerPartRow[] {
  const { record, parts } = chunkOf(state, k);
  const earlier = Array.from({ length: Math.max(0, record.sequence - 1) }, (_, i) => parts[i] ?? []);
  return [...earlier.flat(), ...tailRows(record, setting.chunks[k]?.rows ?? [])];
}
