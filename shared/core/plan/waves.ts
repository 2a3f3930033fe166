/**
 * Newest mail first, over the whole mailbox: rows are put into waves, and every folder's share of a wave is copied
 * before the next wave begins. The first wave is what people see when they open their folders: the newest screenful of
 * each. Then come the last 30 days, 90 days, 365 days, and the rest.
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
  /** By folder in the order of the listing, newest first within a folder. */
  groups: Twins[];
}

const waveDays = [30, 90, 365] as const;
const dayMs = 86_400_000;
/** A message of this size costs about as much again as a small one. */
const octetsPerRow = 64 * 1024;
/** The first wave: at most this many messages of a folder, and at most this share of the work. */
const screenRows = 50;
const screenShare = 0.05;
/** Each wave makes workers change folders once more; together these changes may cost this share of the work. */
const changesShare = 0.1;

export const weightOf = (row: CopyRow): number => 1 + row.sizeBytes / octetsPerRow;
export const weightOfAll = (groups: readonly Twins[]): number => groups.reduce((sum, group) => sum + group.weight, 0);

/** `folderChangeRows`: small messages that could be copied in the time a worker needs to change its folder. */
export function wavesOf(rows: readonly CopyRow[], at: { nowMs: number; folderChangeRows: number }): Wave[] {
  const folders = foldersOf(rows);
  const groups = folders.flat();
  const screen = screensOf(folders);
  const affordable = weightOfAll(groups) * changesShare;
  // Dropped first to last until the rest is affordable; this month's mail always has a wave of its own.
  const layouts = [
    { days: waveDays, screen },
    { days: waveDays.slice(0, 2), screen },
    { days: waveDays.slice(0, 1), screen },
    { days: waveDays.slice(0, 1), screen: new Set<Twins>() },
  ];
  const laid = layouts.map((layout) => layOut(groups, { ...layout, nowMs: at.nowMs }));
  const cheap = laid.find((waves) => (changesOf(waves) - folders.length) * at.folderChangeRows <= affordable);
  return cheap ?? laid.at(-1) ?? [];
}

/** Which folder stands where is the listing's order; within it newest first. */
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
  return [...folders.values()].map((groups) => [...groups.values()].sort((a, b) => b.epochSeconds - a.epochSeconds));
}

function emptyGroup({ folder, internalDate }: CopyRow): Twins {
  const epochSeconds = parseInternalDate(internalDate)?.epochSeconds ?? Number.NEGATIVE_INFINITY;
  return { folder, rows: [], epochSeconds, weight: 0 };
}

/** The newest groups of each folder, so many that all of them are a small share of the work; one at least. */
function screensOf(folders: readonly Twins[][]): Set<Twins> {
  const total = folders.reduce((sum, groups) => sum + weightOfAll(groups), 0);
  const room = (total * screenShare) / folders.length;
  return new Set(
    folders.flatMap((groups) => {
      let [count, weight] = [0, 0];
      const full = groups.findIndex((group, i) => {
        count += group.rows.length;
        weight += group.weight;
        return i > 0 && (count > screenRows || weight > room);
      });
      return full === -1 ? groups : groups.slice(0, full);
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
