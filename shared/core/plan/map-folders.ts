/**
 * Which folders are migrated, and under which name. Pure and stable: what an earlier pass decided (`known`) stays, so
 * that a folder never changes its target between passes.
 */
import { folderKeyOf } from '../folder-key.ts';
import type { FolderKey } from '../../contract/ids.ts';
import type { Settings } from '../../contract/settings.ts';
import { isInbox, namingOf, ownFolders, pathOf, type FolderSide, type TargetNaming } from './folder-names.ts';
import { matchesGlob } from './glob.ts';
import { foldName, specialFolders, virtualAttributes, type NamedFolder } from './special-use.ts';

export interface FolderMapping {
  source: FolderSide;
  target: FolderSide;
  rules: NonNullable<Settings['folders']>;
  /** Folder of the source that is taken as root: Microsoft's UserRoot column, with any of `/ . \` as delimiter. */
  userRoot: string | null;
  /** Target paths of earlier passes. */
  known: ReadonlyMap<FolderKey, string>;
}

export interface MappedFolder {
  folderKey: FolderKey;
  sourcePath: string;
  targetPath: string;
}

interface Candidate extends NamedFolder {
  folderKey: FolderKey;
}

/** INBOX first, then as listed by name. Folders that only hold others are not mapped: creating a child makes its parents. */
export function mapFolders(mapping: FolderMapping): MappedFolder[] {
  const candidates = rooted(ownFolders(mapping.source), mapping.userRoot)
    .filter((folder) => isMigrated(folder, mapping.rules))
    .map((named) => ({ ...named, folderKey: folderKeyOf(named.folder.path) }))
    .sort(byName);
  const wish = targetWishes(mapping, candidates);
  return settleNames(mapping, candidates, wish);
}

function byName(a: Candidate, b: Candidate): number {
  const inbox = Number(isInbox(b.levels)) - Number(isInbox(a.levels));
  if (inbox !== 0) return inbox;
  return a.folder.path < b.folder.path ? -1 : 1;
}

function rooted(folders: NamedFolder[], userRoot: string | null): NamedFolder[] {
  const root = (userRoot ?? '').split(/[/\\.]/).filter((level) => level !== '');
  if (root.length === 0) return folders;
  return folders.flatMap(({ folder, levels }) => {
    const inside = root.every((level, i) => foldName(levels[i] ?? '') === foldName(level));
    if (!inside) return [];
    return [{ folder, levels: levels.length === root.length ? ['INBOX'] : levels.slice(root.length) }];
  });
}

function isMigrated({ folder, levels }: NamedFolder, rules: FolderMapping['rules']): boolean {
  if (folder.attributes.some((a) => a === '\\noselect' || a === '\\nonexistent')) return false;
  const matches = (pattern: string): boolean =>
    pattern.startsWith('\\')
      ? folder.attributes.includes(pattern.toLowerCase())
      : matchesGlob(pattern, levels.join('/')) || matchesGlob(pattern, folder.path);
  if (rules.exclude?.some(matches)) return false;
  if (rules.include) return rules.include.some(matches);
  return !folder.attributes.some((a) => virtualAttributes.some((virtual) => virtual === a));
}

interface Wish {
  levels: readonly string[];
  /** A rule speaks of this very folder, so it gets its name before others that merely bear it. */
  named: boolean;
}
type Wishes = (candidate: Candidate) => Wish;

function targetWishes(mapping: FolderMapping, candidates: readonly Candidate[]): Wishes {
  const renamed = new Map<string, readonly string[]>();
  // Below a root of its own nothing is special: the target's Sent is not the old mailbox's Sent.
  if (mapping.rules.targetRoot === undefined) {
    const targets = specialFolders(ownFolders(mapping.target));
    for (const [use, from] of specialFolders(candidates)) {
      const to = targets.get(use);
      if (to) renamed.set(nameOf(from.levels), to.levels);
    }
  }
  for (const [from, to] of Object.entries(mapping.rules.map ?? {})) renamed.set(foldName(from), to.split('/'));
  const root = mapping.rules.targetRoot?.split('/') ?? [];
  return ({ levels }) => {
    for (let length = levels.length; length > 0; length--) {
      const to = renamed.get(nameOf(levels.slice(0, length)));
      if (to) return { levels: [...root, ...to, ...levels.slice(length)], named: length === levels.length };
    }
    return { levels: [...root, ...levels], named: false };
  };
}

const nameOf = (levels: readonly string[]): string => foldName(levels.join('/'));

/** Two folders never share a target: their messages could no longer be told apart. Exchange compares names without case. */
function settleNames(mapping: FolderMapping, candidates: readonly Candidate[], wish: Wishes): MappedFolder[] {
  const naming = namingOf(mapping.target);
  const existing = new Map(mapping.target.folders.map(({ path }) => [foldName(path), path]));
  const taken = new Set(candidates.flatMap(({ folderKey }) => known(mapping, folderKey)).map(foldName));
  const targetOf = new Map(mapping.known);
  const wishes = candidates
    .filter(({ folderKey }) => !targetOf.has(folderKey))
    .map((candidate) => ({ folderKey: candidate.folderKey, ...wish(candidate) }));
  for (const { folderKey, levels } of wishes.sort((a, b) => Number(b.named) - Number(a.named))) {
    const path = freeName(levels, naming, taken);
    taken.add(foldName(path));
    targetOf.set(folderKey, existing.get(foldName(path)) ?? path);
  }
  return candidates.flatMap(({ folderKey, folder }) => {
    const targetPath = targetOf.get(folderKey);
    return targetPath === undefined ? [] : [{ folderKey, sourcePath: folder.path, targetPath }];
  });
}

function known(mapping: FolderMapping, folderKey: FolderKey): string[] {
  const path = mapping.known.get(folderKey);
  return path === undefined ? [] : [path];
}

function freeName(levels: readonly string[], naming: TargetNaming, taken: ReadonlySet<string>): string {
  const path = pathOf(levels, naming);
  if (!taken.has(foldName(path))) return path;
  const last = levels.at(-1) ?? '';
  for (let n = 2; ; n++) {
    const other = pathOf([...levels.slice(0, -1), `${last} (${n})`], naming);
    if (!taken.has(foldName(other))) return other;
  }
}
