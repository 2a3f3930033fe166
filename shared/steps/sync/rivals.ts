/** Rows of a folder that a copy found by its header could belong to: of this chunk, of the others, of all passes before. */
import { CopyRow, LedgerRow, type PlannedFolder } from '../../contract/items.ts';
import { planSequenceOf } from '../../contract/ids.ts';
import { instantKey } from '../../core/identity.ts';
import { committedRival, openRival, settledRival, type RivalRow } from '../../core/protocol/rivals.ts';
import { keepSample, type Sample } from './samples.ts';
import { readOutcomes } from './ledger-parts.ts';
import type { Assignment } from './slice.ts';

export interface Rivals {
  /** Rows of the instants in question. */
  rows: RivalRow[];
  /** Acknowledged copies, whatever their instant. */
  samples: Sample[];
}

/** To be read *before* the copies are: a row that another worker finishes meanwhile then still counts as open. */
export async function readRivals(
  assignment: Assignment,
  folder: PlannedFolder,
  instants: ReadonlySet<string>,
): Promise<Rivals> {
  const rivals: Rivals = { rows: [], samples: [] };
  const add = (rival: RivalRow): void => void (instants.has(instantKey(rival.internalDate)) && rivals.rows.push(rival));
  for (const chunk of assignment.plan.chunks) {
    if (chunk.kind !== 'copy' || !chunk.folders.includes(folder.folderKey)) continue;
    if (planSequenceOf(chunk.chunkId) <= folder.settledSequence) continue;
    const { key, ports } = assignment;
    const record = await ports.chunks.read(key, chunk.chunkId);
    const rows: CopyRow[] = [];
    for await (const row of ports.data.readLines(chunk.rows.key, (v) => CopyRow.parse(v))) rows.push(row);
    const isOurs = (row: { folder: string }): boolean => row.folder === folder.folderKey;
    if (record) {
      for await (const row of readOutcomes(ports.data, { key, record, rows })) {
        if (!isOurs(row)) continue;
        add(committedRival(row));
        keepSample(rivals.samples, { row, outcome: row, uidValidity: row.uidValidity });
      }
    }
    const elsewhere = chunk.chunkId !== assignment.chunk.chunkId;
    for (const row of rows.slice(record?.committed ?? 0).filter(isOurs)) add(openRival(row, elsewhere));
  }
  for await (const rival of settledRivals(assignment, folder)) add(rival);
  return rivals;
}

async function* settledRivals(assignment: Assignment, folder: PlannedFolder): AsyncIterable<RivalRow> {
  const { ports, key } = assignment;
  const record = (await ports.folders.list(key)).find((f) => f.folderKey === folder.folderKey);
  if (!record) return;
  for await (const row of ports.data.readLines(record.ledger.key, (v) => LedgerRow.parse(v))) {
    yield settledRival(row, { rematch: folder.rematch, uidValidity: record.targetUidValidity });
  }
}
