/** Flags that did not arrive with their message: set in batches when a folder is settled, or counted. */
import type { SourceUid, TargetUid } from '../../contract/ids.ts';
import type { LedgerPartRow, LedgerRow, PlannedFolder } from '../../contract/items.ts';
import { missingFlags, unkeptKeywords } from '../../core/flags.ts';
import type { TargetMailbox } from '../../ports/mail.ts';
import { flagsAt, storeChanges } from '../sync/store-flags.ts';

type PendingRow = LedgerRow & { targetUid: TargetUid; pendingFlags: string[] };

const isPending = (row: LedgerRow): row is PendingRow =>
  row.targetUid !== null && row.pendingFlags !== undefined && row.pendingFlags.length > 0;

interface OpenableFolder {
  target: TargetMailbox;
  folder: Pick<PlannedFolder, 'targetPath'>;
}

/**
 * STORE of what rows were appended without. What the target does not have even then stays pending, is reported, and is
 * tried again by the next settle; what it cannot keep at all is not.
 */
export async function setPendingFlags(
  { target, folder }: OpenableFolder,
  rows: readonly LedgerRow[],
): Promise<LedgerRow[]> {
  const pending = rows.filter(isPending);
  if (pending.length === 0) return [...rows];
  await target.openFolder(folder.targetPath);
  const uids = pending.map(({ targetUid }) => targetUid);
  const before = await flagsAt(target, uids);
  await storeChanges(
    target,
    pending.flatMap(({ targetUid, pendingFlags }) => {
      const now = before.get(targetUid);
      return now ? [{ targetUid, change: { add: missingFlags(pendingFlags, now), remove: [] } }] : [];
    }),
  );
  const after = await flagsAt(target, uids);
  const permanent = target.permanentFlags();
  return rows.map((row) => {
    if (!isPending(row)) return row;
    const { pendingFlags, ...rest } = row;
    const unkept = unkeptKeywords(pendingFlags, permanent);
    const left = missingFlags(pendingFlags, [...(after.get(row.targetUid) ?? pendingFlags), ...unkept]);
    const flags = [...row.flags, ...missingFlags(pendingFlags, [...row.flags, ...left])];
    return { ...rest, flags, ...(left.length > 0 ? { pendingFlags: left } : {}) };
  });
}

interface BroughtFlags extends OpenableFolder {
  added: readonly LedgerPartRow[];
  /** Flags that a flags chunk brought. */
  flags: ReadonlyMap<SourceUid, readonly string[]>;
}

/**
 * Keywords that this pass brought and the target does not have: of new copies those that its PERMANENTFLAGS exclude, of
 * changed flags those that are not there.
 */
export async function countDroppedKeywords(
  { target, folder, added, flags: followed }: BroughtFlags,
  at: { rows: readonly LedgerRow[]; previous: readonly LedgerRow[] },
): Promise<number> {
  const copied = added.filter(({ outcome }) => outcome === 'copied');
  const keywords = copied.flatMap(({ flags, pendingFlags = [] }) => [...flags, ...pendingFlags].filter(isKeyword));
  const changed = changedRows(at, followed);
  if (keywords.length + changed.length === 0) return 0;
  await target.openFolder(folder.targetPath);
  const now = await flagsAt(
    target,
    changed.map(({ targetUid }) => targetUid),
  );
  const lost = changed.flatMap((row) => missingFlags(row.keywords, now.get(row.targetUid) ?? row.keywords));
  return unkeptKeywords(keywords, target.permanentFlags()).length + lost.length;
}

/** Rows that got keywords at the source, with these. */
function changedRows(
  at: { rows: readonly LedgerRow[]; previous: readonly LedgerRow[] },
  followed: BroughtFlags['flags'],
): { targetUid: TargetUid; keywords: string[] }[] {
  const base = new Map(at.previous.map(({ sourceUid, flags }) => [sourceUid, flags]));
  return at.rows.flatMap(({ sourceUid, targetUid }) => {
    const flags = followed.get(sourceUid) ?? [];
    const keywords = missingFlags(flags, base.get(sourceUid) ?? []).filter(isKeyword);
    return targetUid === null || keywords.length === 0 ? [] : [{ targetUid, keywords }];
  });
}

const isKeyword = (flag: string): boolean => !flag.startsWith('\\');
