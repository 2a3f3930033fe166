/** Cuts the plan into chunks and makes it durable: rows, then the plan, then the pointer to it. A crash in between leaves the old plan. */
import { chunkIdOf, planSequenceOf, type FolderKey } from '../../contract/ids.ts';
import {
  CopyRow,
  type FlagsRow,
  type MailboxPlan,
  type PlannedChunk,
  type PlannedFolder,
  type SkippedRow,
} from '../../contract/items.ts';
import type { ObjectRef } from '../../contract/workflow.ts';
import { planKeys } from '../../contract/keys.ts';
import { chunkConcurrency } from '../../core/batch/concurrency.ts';
import { cutChunks, traitsOf } from '../../core/plan/cut-chunks.ts';
import { withoutTwinsOf } from '../../core/plan/hold-back.ts';
import type { FolderPlan, Planning } from './planning.ts';

/** Chunks of a pass at most: what one inline Map runs at once, and what the event bound of the workflow counts with. */
export const mostChunks = 40;
const flagsPerChunk = 20_000;

export async function writePlan(
  planning: Planning,
  passId: string,
  folders: readonly FolderPlan[],
): Promise<{ plan: MailboxPlan; ref: ObjectRef }> {
  const { ports, key, sequence, carried, settings } = planning;
  const flags = folders.flatMap((f) => f.flags);
  const flagShares = sharesOf(flags);
  const begun = carried.chunks.filter((chunk) => chunk.kind === 'copy');
  const room = Math.max(1, mostChunks - begun.length - flagShares.length);
  const shares = [
    ...cutChunks(
      withoutTwinsOf(
        folders.flatMap((f) => f.rows),
        await carriedRows(planning, folders),
      ),
      {
        maxChunks: room,
        nowMs: ports.clock.nowMs(),
        connections: chunkConcurrency(settings),
        target: traitsOf(planning.target.capabilities),
      },
    ),
    ...flagShares,
  ];
  const chunks: PlannedChunk[] = begun;
  for (const [number, rows] of shares.entries()) chunks.push(await writeChunk(planning, number, rows));
  // Last, because workers are given the chunks before them by number.
  chunks.push(...carried.chunks.filter((chunk) => chunk.kind === 'skipped'));
  const skipped = folders.flatMap((f) => f.skipped);
  if (skipped.length > 0) chunks.push(await writeChunk(planning, shares.length, skipped));
  const plan: MailboxPlan = {
    version: 1,
    passId,
    sequence,
    folders: [...folders.map((f) => entryOf(planning, f)), ...orphans(planning, folders)],
    chunks,
    gone: planning.gone.map(({ sourcePath, targetPath }) => ({ sourcePath, targetPath })),
    droppedKeywords: folders.reduce((sum, f) => sum + f.droppedKeywords, 0),
  };
  return { plan, ref: await ports.data.putJson(planKeys.plan(key.batch, key.mailboxId, sequence), plan) };
}

function entryOf({ carried }: Planning, { folder, skipped }: FolderPlan): PlannedFolder {
  const voids = carried.sequence > 0 && folder.settledSequence >= carried.sequence;
  const before = voids ? 0 : (carried.pending.get(folder.folderKey)?.leftOut ?? 0);
  return { ...folder, leftOut: before + skipped.length };
}

/** Rows of carried chunks that still mean the messages they were planned for. */
async function carriedRows({ ports, carried }: Planning, folders: readonly FolderPlan[]): Promise<CopyRow[]> {
  const settled = new Map(folders.map(({ folder }) => [folder.folderKey, folder.settledSequence]));
  const rows: CopyRow[] = [];
  for (const chunk of carried.chunks) {
    if (chunk.kind !== 'copy' || folders.every((f) => f.rows.length === 0)) continue;
    for await (const row of ports.data.readLines(chunk.rows.key, (v) => CopyRow.parse(v)))
      if (planSequenceOf(chunk.chunkId) > (settled.get(row.folder) ?? 0)) rows.push(row);
  }
  return rows;
}

/** Folders of carried chunks that the source has no more: their rows still need an outcome (`gone`). */
function orphans({ carried }: Planning, folders: readonly FolderPlan[]): MailboxPlan['folders'] {
  const planned = new Set(folders.map((f) => f.folder.folderKey));
  return [...carried.pending.values()].filter((folder) => !planned.has(folder.folderKey));
}

type Rows = readonly CopyRow[] | readonly FlagsRow[] | readonly SkippedRow[];

function sharesOf(flags: readonly FlagsRow[]): FlagsRow[][] {
  const shares: FlagsRow[][] = [];
  for (let i = 0; i < flags.length; i += flagsPerChunk) shares.push(flags.slice(i, i + flagsPerChunk));
  return shares;
}

async function writeChunk({ ports, key, sequence }: Planning, number: number, rows: Rows): Promise<PlannedChunk> {
  const chunkId = chunkIdOf(sequence, number);
  const ref = await ports.data.putLines(planKeys.rows(key.batch, key.mailboxId, sequence, chunkId), rows);
  const folders = new Set<FolderKey>(rows.map((row) => row.folder));
  return {
    chunkId,
    kind: rows.some((row) => 'base' in row) ? 'flags' : rows.some((row) => 'skip' in row) ? 'skipped' : 'copy',
    rows: ref,
    rowCount: rows.length,
    sizeBytes: rows.reduce((sum, row) => sum + ('sizeBytes' in row ? row.sizeBytes : 0), 0),
    folders: [...folders],
  };
}
