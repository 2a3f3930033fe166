/**
 * Cuts what is to be copied into chunks: newest mail first over the whole mailbox (waves), and so that all connections
 * of the mailbox have equally much to do in every wave (decision 0011).
 */
import type { CopyRow } from '../../contract/items.ts';
import type { FolderKey } from '../../contract/ids.ts';
import type { MailCapabilities } from '../../ports/mail.ts';
import { wavesOf, weightOfAll, type Twins, type Wave } from './waves.ts';

/** What the target's way of taking messages makes worthwhile. Rows are small messages; see `weightOf`. */
export interface TargetTraits {
  /** Several connections into one folder are faster than one. */
  splitsFolders: boolean;
  /** Rows copied in the time of a change of folder. */
  folderChangeRows: number;
  /** Fewer rows would spend more on opening the chunk's sessions than on copying. */
  leastRows: number;
  /** More would leave the rest of a pass that ends early in too few pieces. */
  usualRows: number;
}

/**
 * Without MULTIAPPEND a pipeline of APPENDs is bound by the target's folder lock, and a second connection into the
 * same folder makes it slower (measured on Dovecot maildir: 1.5 to 1.8 times). With synchronizing literals a
 * connection mostly waits for the line, so that every further one helps.
 */
export function traitsOf({ multiAppend, literals }: Pick<MailCapabilities, 'multiAppend' | 'literals'>): TargetTraits {
  const pipelined = multiAppend || literals === 'plus';
  return pipelined
    ? { splitsFolders: multiAppend, folderChangeRows: 40, leastRows: 250, usualRows: 10_000 }
    : { splitsFolders: true, folderChangeRows: 2, leastRows: 25, usualRows: 2_500 };
}

export interface CutLimits {
  /** Chunks that may be cut at most; an inline Map has 40 branches at once. */
  maxChunks: number;
  nowMs: number;
  /** Chunks of the mailbox that are worked on at once, in the order of the cut. */
  connections: number;
  target: TargetTraits;
}

/**
 * Twins stay together: rows of a folder with equal instant are never in two chunks, or two workers could argue about
 * one copy (protocol section 4). Every chunk begins with its share of the newest wave, so no worker copies old mail
 * while another still has new.
 */
export function cutChunks(rows: readonly CopyRow[], limits: CutLimits): CopyRow[][] {
  if (rows.length === 0) return [];
  const waves = wavesOf(rows, { nowMs: limits.nowMs, folderChangeRows: limits.target.folderChangeRows });
  const chunks = limits.target.splitsFolders ? splitting(waves, limits) : byFolder(waves, limits);
  return chunks.filter((groups) => groups.length > 0).map((groups) => groups.flatMap((group) => group.rows));
}

/** Chunks side by side: one per connection, unless that were too little for each. */
function columnsFor(totalWeight: number, { connections, maxChunks, target }: CutLimits): number {
  const worth = Math.ceil(totalWeight / target.leastRows);
  return Math.max(1, Math.min(connections, maxChunks, worth));
}

/**
 * A large mailbox is cut into tiers, one after the other, each dealt to as many chunks as there are connections: the
 * map starts chunks in order, so a tier is finished before the next is far.
 */
function splitting(waves: readonly Wave[], limits: CutLimits): Twins[][] {
  const total = weightOfWaves(waves);
  const columns = columnsFor(total, limits);
  const most = Math.floor(limits.maxChunks / columns);
  const tiers = Math.min(most, Math.ceil(total / (columns * limits.target.usualRows)));
  const shares: Twins[][][] = Array.from({ length: tiers }, () => []);
  let before = 0;
  for (const { groups } of waves) {
    for (const [i, share] of evenRuns(groups, { count: tiers, before, total }).entries()) shares[i]?.push(share);
    before += weightOfAll(groups);
  }
  return shares.flatMap((tier) => {
    const dealt = tier.map((groups) => evenRuns(groups, { count: columns, before: 0, total: weightOfAll(groups) }));
    return Array.from({ length: columns }, (_, column) => dealt.flatMap((runs) => runs[column] ?? []));
  });
}

/** Runs of equal weight of a sequence that `groups` continues after `before`; neighbours stay together. */
function evenRuns(groups: readonly Twins[], at: { count: number; before: number; total: number }): Twins[][] {
  const runs: Twins[][] = Array.from({ length: at.count }, () => []);
  let { before } = at;
  for (const group of groups) {
    const middle = (before + group.weight / 2) / at.total;
    runs[Math.min(at.count - 1, Math.floor(middle * at.count))]?.push(group);
    before += group.weight;
  }
  return runs;
}

/** A folder is one chunk's, with all its waves: the largest folder first to the chunk with the least to do. */
function byFolder(waves: readonly Wave[], limits: CutLimits): Twins[][] {
  const columns = Array.from({ length: columnsFor(weightOfWaves(waves), limits) }, () => ({ weight: 0 }));
  const folders = new Map<FolderKey, number>();
  for (const group of waves.flatMap((wave) => wave.groups))
    folders.set(group.folder, (folders.get(group.folder) ?? 0) + group.weight);
  const chunkOf = new Map<FolderKey, unknown>();
  for (const [folder, weight] of [...folders].sort(([, a], [, b]) => b - a)) {
    const column = columns.reduce((least, other) => (other.weight < least.weight ? other : least));
    column.weight += weight;
    chunkOf.set(folder, column);
  }
  return columns.map((column) => waves.flatMap(({ groups }) => groups.filter((g) => chunkOf.get(g.folder) === column)));
}

const weightOfWaves = (waves: readonly Wave[]): number =>
  waves.reduce((sum, { groups }) => sum + weightOfAll(groups), 0);
