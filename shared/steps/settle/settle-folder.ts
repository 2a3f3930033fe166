/** One folder of a plan: its ledger, its counts, and, when all is well, its checkpoint. */
import {
  FolderSummary,
  LedgerRow,
  type Counts,
  type Evidence,
  type FolderRecord,
  type LedgerPartRow,
  type PlannedFolder,
} from '../../contract/items.ts';
import type { ObjectRef } from '../../contract/workflow.ts';
import type { SourceUid } from '../../contract/ids.ts';
import { ledgerKeys } from '../../contract/keys.ts';
import { endDoubts, openDoubts } from '../../core/settle/doubt.ts';
import { withoutFalseUids } from '../../core/settle/false-uids.ts';
import {
  countByHeaders,
  countRows,
  evidenceOf,
  isItem,
  isDelivered,
  isLive,
  isRepaired,
  judgeFolder,
  lacksFlags,
  mergeLedger,
  removedAtTarget,
  withoutDoubleClaims,
  type FolderProblem,
} from '../../core/settle/ledger.ts';
import { otherDates } from '../../core/settle/other-dates.ts';
import type { TargetMailbox } from '../../ports/mail.ts';
import type { Ports } from '../../ports/ports.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import { surplusOf, type TargetLook } from './look-at-target.ts';
import { countDroppedKeywords, setPendingFlags } from './settle-flags.ts';

export interface FolderTask {
  key: MailboxKey;
  sequence: number;
  folder: PlannedFolder;
  before: FolderRecord | null;
  added: readonly LedgerPartRow[];
  flags: ReadonlyMap<SourceUid, readonly string[]>;
  target: TargetMailbox;
  rewrites: boolean | null;
  look: TargetLook;
}

export interface SettledFolder {
  summary: FolderSummary;
  problem: FolderProblem | null;
  /** Not all of its rows have an outcome. */
  isOpen: boolean;
  copiedNow: number;
  flagsChangedNow: number;
  surplus: number;
  openDoubts: number;
  removedAtTarget: number;
  byHeaders: number;
  droppedKeywords: number;
  repaired: number;
  pendingFlags: number;
  otherDates: ReadonlySet<SourceUid>;
  evidence: Evidence;
  /** Messages that did not arrive, or not as they were. */
  items: LedgerRow[];
}

type Items = Pick<SettledFolder, 'repaired' | 'pendingFlags' | 'otherDates' | 'items'>;

export const itemsOf = (rows: readonly LedgerRow[], dated: ReadonlySet<SourceUid> = new Set()): Items => ({
  repaired: rows.filter(isRepaired).length,
  pendingFlags: rows.filter(lacksFlags).length,
  otherDates: dated,
  items: rows.filter((row) => isItem(row) || dated.has(row.sourceUid)),
});

export type FolderPorts = Pick<Ports, 'data' | 'folders' | 'clock'>;

/**
 * Ledger first, checkpoint last: a crash between the two leaves the old checkpoint with the old ledger, and the next
 * settle of this plan writes the same again.
 */
export async function settleFolder(ports: FolderPorts, task: FolderTask): Promise<SettledFolder> {
  const { folder, before, look, rewrites } = task;
  const nowMs = ports.clock.nowMs();
  const previous = before && !folder.rematch ? await readLedger(ports, before.ledger) : [];
  const ledger = mergeLedger({
    previous,
    previousUidValidity: before?.targetUidValidity ?? look.uidValidity,
    added: task.added,
    flags: task.flags,
    vanished: new Set(folder.vanished),
    uidValidity: look.uidValidity,
    now: new Date(nowMs).toISOString(),
  });
  const merged = withoutFalseUids(ledger, look);
  const problem = judgeFolder(folder, { rows: merged, added: task.added });
  const surplus = await surplusOf(task.target, { path: folder.targetPath, rows: merged, look, rewrites });
  const rows = await setPendingFlags(task, withoutDoubleClaims(endDoubts(merged, nowMs)));
  // A renumbered source: these rows name nothing, and a checkpoint would hide that. The next plan rematches.
  if (problem?.code !== 'UIDVALIDITY_CHANGED') await writeFolder(ports, { task, rows, recount: problem !== null });
  return {
    summary: summaryOf(folder, { counts: countRows(rows), atTarget: look.messageCount, problem }),
    problem,
    isOpen: false,
    copiedNow: task.added.filter((row) => row.outcome === 'copied').length,
    flagsChangedNow: task.flags.size,
    surplus,
    openDoubts: openDoubts(rows),
    removedAtTarget: removedAtTarget(rows, look.uids),
    evidence: evidenceOf(rows),
    byHeaders: countByHeaders(rows),
    droppedKeywords: await countDroppedKeywords(task, { rows, previous }),
    ...itemsOf(rows, otherDates(rows, look)),
  };
}

async function writeFolder(
  ports: FolderPorts,
  at: { task: FolderTask; rows: readonly LedgerRow[]; recount: boolean },
): Promise<void> {
  const { key, sequence, folder, look } = at.task;
  const ledger = await ports.data.putLines(
    ledgerKeys.folder(key.batch, key.mailboxId, folder.folderKey, sequence),
    at.rows,
  );
  await ports.folders.put(key, {
    folderKey: folder.folderKey,
    sourcePath: folder.sourcePath,
    targetPath: folder.targetPath,
    checkpoint: folder.state,
    targetUidValidity: look.uidValidity,
    ledger,
    sequence,
    rowCount: at.rows.filter((row) => isLive(row) && row.outcome !== 'gone').length,
    delivered: at.rows.filter((row) => isLive(row) && isDelivered(row)).length,
    openDoubts: openDoubts(at.rows),
    ...(at.recount ? { recount: true } : {}),
  });
}

export async function readLedger(ports: Pick<Ports, 'data'>, ledger: ObjectRef): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for await (const row of ports.data.readLines(ledger.key, (v) => LedgerRow.parse(v))) rows.push(row);
  return rows;
}

export function summaryOf(
  folder: Pick<PlannedFolder, 'sourcePath' | 'targetPath'>,
  at: { counts: Counts; atTarget: number | null; problem: FolderProblem | null },
): FolderSummary {
  const { sourcePath, targetPath } = folder;
  return FolderSummary.parse({ sourcePath, targetPath, counts: at.counts, atTarget: at.atTarget, failure: at.problem });
}
