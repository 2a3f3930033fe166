/**
 * Cuts what is to be copied into chunks: newest mail first over the whole mailbox, so that people see this month's
 * mail within minutes whatever folder it lies in.
 */
import type { CopyRow } from '../../contract/items.ts';
import { instantKey } from '../identity.ts';
import { parseInternalDate } from '../internal-date.ts';

export interface CutLimits {
  /** Chunks that may be cut at most; an inline Map has 40 branches at once. */
  maxChunks: number;
  nowMs: number;
}

const waveDays = [30, 90, 365] as const;
const dayMs = 86_400_000;
/** Fewer would spend more on opening sessions than on copying; more would leave large mailboxes to one worker. */
const chunkRows = { least: 250, usual: 2_000 } as const;
const chunkBytes = 512 * 1024 * 1024;
const sharesOfMailbox = 8;

/** A run of rows of one folder with one INTERNALDATE instant. */
interface Twins {
  rows: CopyRow[];
  sizeBytes: number;
  wave: number;
  epochSeconds: number;
  folderOrder: number;
}

/**
 * Twins stay together: rows of a folder with equal instant are never in two chunks, or two workers could argue about
 * one copy (protocol section 4). Within a wave rows stand by folder, newest first; a chunk may span waves.
 */
export function cutChunks(rows: readonly CopyRow[], limits: CutLimits): CopyRow[][] {
  const groups = twinsOf(rows, limits.nowMs).sort(
    (a, b) => a.wave - b.wave || a.folderOrder - b.folderOrder || b.epochSeconds - a.epochSeconds,
  );
  const bounds = boundsFor(rows, limits.maxChunks);
  const chunks: CopyRow[][] = [];
  let chunk: CopyRow[] = [];
  let sizeBytes = 0;
  for (const group of groups) {
    const full = chunk.length + group.rows.length > bounds.rows || sizeBytes + group.sizeBytes > bounds.bytes;
    if (full && chunk.length > 0 && chunks.length + 1 < limits.maxChunks) {
      chunks.push(chunk);
      chunk = [];
      sizeBytes = 0;
    }
    for (const row of group.rows) chunk.push(row);
    sizeBytes += group.sizeBytes;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/** Chunks grow when there would be too many of them, with a tenth to spare for the rests that groups leave. */
function boundsFor(rows: readonly CopyRow[], maxChunks: number): { rows: number; bytes: number } {
  const share = Math.ceil(rows.length / sharesOfMailbox);
  const usual = Math.min(Math.max(share, chunkRows.least), chunkRows.usual);
  const spread = (total: number): number => Math.ceil((total * 1.1) / maxChunks);
  const totalBytes = rows.reduce((sum, row) => sum + row.sizeBytes, 0);
  return { rows: Math.max(usual, spread(rows.length)), bytes: Math.max(chunkBytes, spread(totalBytes)) };
}

function twinsOf(rows: readonly CopyRow[], nowMs: number): Twins[] {
  const groups = new Map<string, Twins>();
  const folderOrder = new Map<string, number>();
  for (const row of rows) {
    const order = folderOrder.get(row.folder) ?? folderOrder.size;
    folderOrder.set(row.folder, order);
    const name = `${row.folder} ${instantKey(row.internalDate)}`;
    const group = groups.get(name) ?? emptyGroup(row, order, nowMs);
    group.rows.push(row);
    group.sizeBytes += row.sizeBytes;
    groups.set(name, group);
  }
  return [...groups.values()];
}

function emptyGroup(row: CopyRow, folderOrder: number, nowMs: number): Twins {
  const epochSeconds = parseInternalDate(row.internalDate)?.epochSeconds ?? Number.NEGATIVE_INFINITY;
  const ageDays = (nowMs - epochSeconds * 1000) / dayMs;
  const wave = waveDays.findIndex((days) => ageDays <= days);
  return { rows: [], sizeBytes: 0, wave: wave === -1 ? waveDays.length : wave, epochSeconds, folderOrder };
}
