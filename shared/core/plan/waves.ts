/**
 * Newest mail first, over the whole mailbox: rows are put into waves, and every folder's share of a wave is copied
 * before the next wave begins. The first wave is what people see when they open their folders: the newest screenful of
 * each. Then come the last 30 days, 90 days, 365 days, and the rest, as far as the changes of folder are worth it.
 */
import type { CopyRow } from '../../contract/items.ts';
import type { FolderKey } from '../../contract/ids.ts';
import { instantKey } from '../identity.ts';
import { parseInternalDate } from '../internal-date.ts';

/** Rows of one folder with one INTERNALDATE instant: never parted (protocol section 4). */
export interface Twins {
  folder: FolderKey;
  rows: CopyRow[];
  epochSeconds: number;
  /** What copying them costs, counted in small messages. */
  weight: number;
}

export interface Wave {
  /** By folder, those with the newest mail first; newest first within a folder. */
  groups: Twins[];
}

const waveDays = [30, 90, 365] as const;
const dayMs = 86_400_000;
/** A message of this size costs about as much again as a small one. */
const octetsPerRow = 64 * 1024;
/**
 * The first wave: at most this many messages of a folder, and at most this share of the work. With its changes of
 * folder it is a tenth of the time at most where changes are cheap beside the mailbox (20 folders, 10,000 messages).
 */
const screenRows = 50;
const screenShare = 0.04;
/** Each further wave makes workers change folders once more; together these changes may cost this share of the work. */
const changesShare = 0.1;

export const weightOf = (row: CopyRow): number => 1 + row.sizeBytes / octetsPerRow;
export const weightOfAll = (groups: readonly Twins[]): number => groups.reduce((sum, group) => sum + group.weight, 0);

/** `folderChangeRows`: small messages that could be copied in the time a worker needs to change its folder. */
export function wavesOf(rows: readonly CopyRow[], at: { nowMs: number; folderChangeRows: number }): Wave[] {
  const folders = foldersOf(rows);
  const screen = screensOf(folders, at.folderChangeRows);
  const laid = [3, 2, 1, 0].map((count) => layOut(folders.flat(), { ...at, days: waveDays.slice(0, count), screen }));
  const affordable = weightOfAll(folders.flat()) * changesShare;
  const cheap = laid.find((waves) => (changesOf(waves) - folders.length) * at.folderChangeRows <= affordable);
  // The first wave is never dropped: it costs one change a folder, and only where much would be left to come back for.
  return cheap ?? laid.at(-1) ?? [];
}

/** Folders in use before those that nobody writes to any more; each newest first. */
function foldersOf(rows: readonly CopyRow[]): Twins[][] {
  const folders = new Map<FolderKey, Map<string, Twins>>();
  for (const row of rows) {
    const groups = folders.get(row.folder) ?? new Map<string, Twins>();
    folders.set(row.folder, groups);
    const instant = instantKey(row.internalDate);
    const group = groups.get(instant) ?? emptyGroup(row);
    groups.set(instant, group);
    group.rows.push(row);
    group.weight += weightOf(row);
  }
  const sorted = [...folders.values()].map((groups) => [...groups.values()].sort(newerFirst));
  return sorted.sort(([a], [b]) => (a && b ? newerFirst(a, b) : 0));
}

/** Undated groups are the oldest, and equally old. */
const newerFirst = (a: Twins, b: Twins): number =>
  a.epochSeconds === b.epochSeconds ? 0 : b.epochSeconds - a.epochSeconds;

function emptyGroup({ folder, internalDate }: CopyRow): Twins {
  const epochSeconds = parseInternalDate(internalDate)?.epochSeconds ?? Number.NEGATIVE_INFINITY;
  return { folder, rows: [], epochSeconds, weight: 0 };
}

/**
 * The newest groups of each folder, so many that all of them are a small share of the work; one at least. A folder
 * comes whole where copying the rest takes less time than coming back for it.
 */
function screensOf(folders: readonly Twins[][], folderChangeRows: number): Set<Twins> {
  const room = (weightOfAll(folders.flat()) * screenShare) / folders.length;
  return new Set(
    folders.flatMap((groups) => {
      let [count, weight] = [0, 0];
      const full = groups.findIndex((group, i) => {
        count += group.rows.length;
        weight += group.weight;
        return i > 0 && (count > screenRows || weight > room);
      });
      const whole = full === -1 || weightOfAll(groups.slice(full)) < folderChangeRows;
      return whole ? groups : groups.slice(0, full);
    }),
  );
}

function layOut(
  groups: readonly Twins[],
  at: { days: readonly number[]; screen: ReadonlySet<Twins>; nowMs: number },
): Wave[] {
  const waves: Twins[][] = Array.from({ length: at.days.length + 2 }, () => []);
  for (const group of groups) {
    const ageDays = (at.nowMs - group.epochSeconds * 1000) / dayMs;
    const byAge = at.days.findIndex((days) => ageDays <= days);
    const wave = at.screen.has(group) ? 0 : 1 + (byAge === -1 ? at.days.length : byAge);
    waves[wave]?.push(group);
  }
  return waves.filter((wave) => wave.length > 0).map((wave) => ({ groups: wave }));
}

/** Times a worker has to open a folder, if each wave were one worker's. */
const changesOf = (waves: readonly Wave[]): number =>
  waves.reduce((sum, { groups }) => sum + new Set(groups.map((group) => group.folder)).size, 0);
