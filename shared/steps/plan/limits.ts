/** What the limits leave of a plan. Decided over all folders at once, because the newest of the whole mailbox are kept. */
import type { FolderKey } from '../../contract/ids.ts';
import type { CopyRow, SkippedRow } from '../../contract/items.ts';
import { itemLimit, messageLimitBytes, overLimits } from '../../core/plan/over-limits.ts';
import type { FolderPlan, Planning } from './planning.ts';

/** Rows over a limit become skipped ones; those tried again keep the outcome that the ledger has for them. */
export async function withinLimits(planning: Planning, folders: readonly FolderPlan[]): Promise<FolderPlan[]> {
  const { settings, target } = planning;
  const told = await planning.folderLimits.told();
  const messageBytes = new Map(
    folders.map(({ folder: { folderKey, targetPath } }) => [
      folderKey,
      messageLimitBytes(settings.limits, target.capabilities, told.get(targetPath)),
    ]),
  );
  const delivered = folders.reduce((sum, plan) => sum + deliveredOf(planning, plan), 0);
  const over = overLimits(
    folders.flatMap((plan) => plan.rows),
    {
      messageBytes: ({ folder }) => messageBytes.get(folder) ?? Number.POSITIVE_INFINITY,
      room: itemLimit(settings.limits) - delivered,
    },
  );
  if (over.size === 0) return [...folders];
  const skippedOf = (row: CopyRow): SkippedRow[] => {
    const skip = over.get(row);
    return skip === undefined || isKnown(row) ? [] : [{ ...row, skip }];
  };
  return folders.map((plan) => ({
    ...plan,
    rows: plan.rows.filter((row) => !over.has(row)),
    skipped: plan.rows.flatMap(skippedOf),
  }));
}

const isKnown = (row: CopyRow): boolean => row.again === true || row.kept !== undefined;

/** A folder that is listed as a whole has nothing yet: what of it is at the target is found by content. */
function deliveredOf(planning: Planning, { folder, rows }: FolderPlan): number {
  const listed = rows.filter((row) => !isKnown(row)).length;
  return Math.min(folder.expectedRows - listed, deliveredBefore(planning, folder.folderKey));
}

/** Room as far as it is known before the folders are listed. */
export function roomBefore(planning: Planning): number {
  const folders = new Set([...planning.records.keys(), ...planning.carried.pending.keys()]);
  const delivered = [...folders].reduce((sum, folder) => sum + deliveredBefore(planning, folder), 0);
  return Math.max(0, itemLimit(planning.settings.limits) - delivered);
}

/** What an unfinished plan is still to deliver counts as delivered: its rows were given their room by that plan. */
function deliveredBefore({ records, carried }: Planning, folder: FolderKey): number {
  const pending = carried.pending.get(folder);
  const record = records.get(folder);
  const settled = record?.delivered ?? record?.rowCount ?? 0;
  if (!pending) return settled;
  return pending.expectedRows - (pending.leftOut ?? 0) - ((record?.rowCount ?? 0) - settled);
}
