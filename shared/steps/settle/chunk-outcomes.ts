/** What the chunks of a plan have settled, by folder. */
import {
  CopyRow,
  FlagsRow,
  SkippedRow,
  type LedgerPartRow,
  type MailboxPlan,
  type PlannedChunk,
} from '../../contract/items.ts';
import { planSequenceOf, type FolderKey, type SourceUid } from '../../contract/ids.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Parser } from '../../ports/objects.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import { ledgerPartRow } from '../../core/protocol/ledger-part.ts';
import { readOutcomes } from '../sync/ledger-parts.ts';
import { lastWord } from '../sync/window-task.ts';

export interface PlanOutcomes {
  added: Map<FolderKey, LedgerPartRow[]>;
  flags: Map<FolderKey, Map<SourceUid, readonly string[]>>;
  /** Folders with rows that have no outcome yet. */
  unfinished: Set<FolderKey>;
}

type OutcomePorts = Pick<Ports, 'chunks' | 'data'>;

export async function readPlanOutcomes(ports: OutcomePorts, key: MailboxKey, plan: MailboxPlan): Promise<PlanOutcomes> {
  const outcomes: PlanOutcomes = { added: new Map(), flags: new Map(), unfinished: new Set() };
  const settled = new Map(plan.folders.map((folder) => [folder.folderKey, folder.settledSequence]));
  for (const chunk of plan.chunks) {
    const isOpen = (folder: FolderKey): boolean => (settled.get(folder) ?? 0) < planSequenceOf(chunk.chunkId);
    if (chunk.kind === 'copy') await addCopies(ports, { key, chunk, isOpen, outcomes });
    else if (chunk.kind === 'skipped') await addSkipped(ports, { key, chunk, isOpen, outcomes });
    else await addFlags(ports, { key, chunk, isOpen, outcomes });
  }
  return outcomes;
}

interface At {
  key: MailboxKey;
  chunk: PlannedChunk;
  /** False: the rows of this folder are in its ledger already, where later passes may have changed them. */
  isOpen: (folder: FolderKey) => boolean;
  outcomes: PlanOutcomes;
}

async function addCopies(ports: OutcomePorts, { key, chunk, isOpen, outcomes }: At): Promise<void> {
  const record = await ports.chunks.read(key, chunk.chunkId);
  const rows = await readAll(ports, chunk, (v) => CopyRow.parse(v));
  for (const row of rows.slice(record?.committed ?? 0)) if (isOpen(row.folder)) outcomes.unfinished.add(row.folder);
  if (!record) return;
  for await (const row of readOutcomes(ports.data, { key, record, rows })) {
    if (isOpen(row.folder)) add(outcomes, row);
  }
}

function add({ added }: PlanOutcomes, row: LedgerPartRow): void {
  const rows = added.get(row.folder);
  if (rows) rows.push(row);
  else added.set(row.folder, [row]);
}

/** The plan is these rows' last word: no worker was given them. */
async function addSkipped(ports: OutcomePorts, { chunk, isOpen, outcomes }: At): Promise<void> {
  for (const row of await readAll(ports, chunk, (v) => SkippedRow.parse(v))) {
    if (isOpen(row.folder)) add(outcomes, ledgerPartRow(row, lastWord('skipped', row.skip, false), 0));
  }
}

async function addFlags(ports: OutcomePorts, { key, chunk, isOpen, outcomes }: At): Promise<void> {
  const record = await ports.chunks.read(key, chunk.chunkId);
  const rows = await readAll(ports, chunk, (v) => FlagsRow.parse(v));
  const committed = record?.committed ?? 0;
  for (const [i, row] of rows.entries()) {
    if (!isOpen(row.folder)) continue;
    if (i >= committed) outcomes.unfinished.add(row.folder);
    else outcomes.flags.set(row.folder, (outcomes.flags.get(row.folder) ?? new Map()).set(row.sourceUid, row.flags));
  }
}

async function readAll<T>(ports: OutcomePorts, chunk: PlannedChunk, parse: Parser<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of ports.data.readLines(chunk.rows.key, parse)) rows.push(row);
  return rows;
}
