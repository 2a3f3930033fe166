/** Ledger parts: where the outcomes of a chunk lie once they are no longer in its tail. */
import { LedgerPartRow, type ChunkRecord, type CopyRow } from '../../contract/items.ts';
import type { ChunkId } from '../../contract/ids.ts';
import { ledgerKeys } from '../../contract/keys.ts';
import { tailRows } from '../../core/protocol/ledger-part.ts';
import type { DataStore } from '../../ports/objects.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import { inTurn } from '../in-turn.ts';

/**
 * Writes the part of the last commit from the tail: always before the next commit and never before its own. Earlier,
 * a fenced-out worker could overwrite it; later, a crash would lose it (protocol section 3, step 2). Whoever writes
 * it writes the same octets.
 */
export async function putTailPart(
  data: DataStore,
  at: { key: MailboxKey; record: ChunkRecord; rows: readonly CopyRow[] },
): Promise<void> {
  const { key, record, rows } = at;
  if (record.sequence === 0) return;
  const partKey = ledgerKeys.part(key.batch, key.mailboxId, record.chunkId, record.sequence);
  await data.putLines(partKey, tailRows(record, rows));
}

/** All outcomes of a chunk, in row order. The item is read first, then the parts below its sequence (protocol step 6). */
export async function* readOutcomes(
  data: DataStore,
  at: { key: MailboxKey; record: ChunkRecord; rows: readonly CopyRow[] },
): AsyncIterable<LedgerPartRow> {
  yield* readParts(data, at);
  yield* tailRows(at.record, at.rows);
}

/** All but those of the last commit, which are in the tail. */
export async function* readParts(
  data: DataStore,
  { key, record }: { key: MailboxKey; record: ChunkRecord },
): AsyncIterable<LedgerPartRow> {
  const sequences = Array.from({ length: Math.max(0, record.sequence - 1) }, (_, i) => i + 1);
  yield* inTurn(sequences.map((sequence) => () => readPart(data, key, record.chunkId, sequence)));
}

function readPart(data: DataStore, key: MailboxKey, chunkId: ChunkId, sequence: number): AsyncIterable<LedgerPartRow> {
  return data.readLines(ledgerKeys.part(key.batch, key.mailboxId, chunkId, sequence), (v) => LedgerPartRow.parse(v));
}
