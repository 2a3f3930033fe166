/** What the chunks of a plan have settled, by folder. */
import {
  CopyRow,
  FlagsRow,
  SkippedRow,
  type LedgerPartRow,
  type MailboxPlan,
  type PlannedChunk,
  type PlannedFolder,
} from '../../contract/items.ts';
import { planSequenceOf, type FolderKey, type SourceUid } from '../../contract/ids.ts';
import type { Ports } from '../../ports/ports.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import { isOfTail, ledgerPartRow, partRows } from '../../core/protocol/ledger-part.ts';
import { compactor, type Repeating } from '../../core/settle/compact-row.ts';
import { readParts } from '../sync/ledger-parts.ts';
import { lastWord } from '../sync/window-task.ts';

export interface PlanOutcomes {
  added: Map<FolderKey, LedgerPartRow[]>;
  flags: Map<FolderKey, Map<SourceUid, readonly string[]>>;
  /** Folders with rows that have no outcome yet. */
  unfinished: Set<FolderKey>;
}

type OutcomePorts = Pick<Ports, 'chunks' | 'data'>;

/** Of some folders of the plan: only chunks that have rows of them are read. */
export async function readPlanOutcomes(
  ports: OutcomePorts,
  at: { key: MailboxKey; plan: MailboxPlan; folders: readonly PlannedFolder[] },
): Promise<PlanOutcomes> {
  const { key, plan, folders } = at;
  const outcomes: PlanOutcomes = { added: new Map(), flags: new Map(), unfinished: new Set() };
  const compact = compactor();
  const settled = new Map(folders.map((folder) => [folder.folderKey, folder.settledSequence]));
  for (const chunk of plan.chunks.filter((one) => one.folders.some((folder) => settled.has(folder)))) {
    const isOpen = (folder: FolderKey): boolean => {
      const sequence = settled.get(folder);
      return sequence !== undefined && sequence < planSequenceOf(chunk.chunkId);
    };
    const work = { key, chunk, isOpen, outcomes, compact };
    if (chunk.kind === 'copy') await addCopies(ports, work);
    else if (chunk.kind === 'skipped') await addSkipped(ports, work);
    else await addFlags(ports, work);
  }
  return outcomes;
}

interface At {
  key: MailboxKey;
  chunk: PlannedChunk;
  /** False: not asked for; or the rows are in the folder's ledger already, where later passes may have changed them. */
  isOpen: (folder: FolderKey) => boolean;
  outcomes: PlanOutcomes;
  compact: <Row extends Repeating>(row: Row) => Row;
}

async function addCopies(ports: OutcomePorts, at: At): Promise<void> {
  const { key, chunk, isOpen, outcomes } = at;
  const record = await ports.chunks.read(key, chunk.chunkId);
  const committed = record?.committed ?? 0;
  const tail: CopyRow[] = [];
  let count = 0;
  // What is committed before the tail has its outcome in a part: its row need not be understood again.
  const parse = (line: unknown): { row: CopyRow; index: number } | null => {
    const index = count++;
    return index >= committed || (record && isOfTail(record, index)) ? { row: CopyRow.parse(line), index } : null;
  };
  for await (const parsed of ports.data.readLines(chunk.rows.key, parse)) {
    if (parsed === null) continue;
    const { row, index } = parsed;
    if (index < committed) tail.push(row);
    else if (isOpen(row.folder)) outcomes.unfinished.add(row.folder);
  }
  if (!record) return;
  for await (const row of readParts(ports.data, { key, record })) add(at, row);
  for (const row of partRows(record, tail)) add(at, row);
}

function add({ outcomes: { added }, isOpen, compact }: At, row: LedgerPartRow): void {
  if (!isOpen(row.folder)) return;
  const rows = added.get(row.folder);
  if (rows) rows.push(compact(row));
  else added.set(row.folder, [compact(row)]);
}

/** The plan is these rows' last word: no worker was given them. */
async function addSkipped(ports: OutcomePorts, at: At): Promise<void> {
  for await (const row of ports.data.readLines(at.chunk.rows.key, (v) => SkippedRow.parse(v)))
    add(at, ledgerPartRow(row, lastWord('skipped', row.skip, false), 0));
}

async function addFlags(ports: OutcomePorts, { key, chunk, isOpen, outcomes, compact }: At): Promise<void> {
  const record = await ports.chunks.read(key, chunk.chunkId);
  const committed = record?.committed ?? 0;
  let index = 0;
  for await (const row of ports.data.readLines(chunk.rows.key, (v) => FlagsRow.parse(v))) {
    if (isOpen(row.folder)) {
      const followed = outcomes.flags.get(row.folder) ?? new Map<SourceUid, readonly string[]>();
      if (index >= committed) outcomes.unfinished.add(row.folder);
      else outcomes.flags.set(row.folder, followed.set(row.sourceUid, compact(row).flags));
    }
    index += 1;
  }
}
