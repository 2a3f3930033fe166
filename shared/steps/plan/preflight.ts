/**
 * The pass `preflight`: can it work, how much is it, and what will be left out? Lists the source, downloads no message
 * and writes nothing at the target.
 */
import type { FolderKey, SourceUid } from '../../contract/ids.ts';
import type { CopyRow, FolderRecord, ItemLine, MailboxRecord } from '../../contract/items.ts';
import { ledgerKeys } from '../../contract/keys.ts';
import { failed } from '../../core/failure.ts';
import type { MappedFolder } from '../../core/plan/map-folders.ts';
import { overLimitOf } from '../../core/plan/over-limits.ts';
import { isDelivered, isLive } from '../../core/settle/ledger.ts';
import { MigrationError } from '../../errors.ts';
import type { SurveyedFolder } from '../../ports/mail.ts';
import type { Deadline } from '../../ports/runtime.ts';
import { readLedger } from '../settle/settle-folder.ts';
import { withinLimits } from './limits.ts';
import { from, listWhole } from './list-folder.ts';
import { keepListing, keptListings, readListing } from './listings.ts';
import { plannedFolder, unknownState } from './plan-folder.ts';
import type { FolderPlan, Planning } from './planning.ts';
import { surveyedTogether } from './survey.ts';

type Fields = Partial<Omit<MailboxRecord, 'mailboxId'>>;

/** Enough to finish the group at hand and to write down what was found. */
const reserveMs = 60_000;

/** null: the time is up; what is listed is kept. */
export async function preflight(
  planning: Planning,
  mapped: readonly MappedFolder[],
  deadline: Deadline,
): Promise<Fields | null> {
  const listed = await listFolders(planning, mapped, deadline);
  if (!listed) return null;
  const folders = await withinLimits(planning, listed);
  const skipped = folders.flatMap((plan) => plan.skipped.map((row) => itemLine(planning.mailbox, plan, row)));
  const { ports, key, sequence, mailbox } = planning;
  await ports.data.putLines(ledgerKeys.preflight(key.batch, key.mailboxId, sequence), skipped);
  const unread = folders.find(({ folder }) => folder.failure)?.folder;
  const failure = unread?.failure
    ? failed(unread.failure.code, `Folder "${unread.sourcePath}": ${unread.failure.message}`)
    : null;
  const rows = folders.flatMap((plan) => plan.rows);
  const source = folders.reduce((sum, { folder }) => sum + folder.expectedRows, 0);
  return {
    verdict: failure ? 'incomplete' : skipped.length > 0 ? 'complete with skips' : 'complete',
    failure,
    planned: { messages: rows.length, bytes: rows.reduce((sum, row) => sum + row.sizeBytes, 0) },
    overLimit: overLimitOf(skipped),
    folderCount: mapped.length,
    ...(mailbox.plan === null ? { counts: { ...mailbox.counts, source } } : {}),
  };
}

async function listFolders(
  planning: Planning,
  mapped: readonly MappedFolder[],
  deadline: Deadline,
): Promise<FolderPlan[] | null> {
  const kept = await keptListings(planning);
  const plans = new Map<FolderKey, FolderPlan>();
  for (const { folderKey } of mapped)
    if (kept.has(folderKey)) plans.set(folderKey, await readListing(planning, folderKey));
  const left = mapped.filter(({ folderKey }) => !plans.has(folderKey));
  for (let at = 0; at < left.length; at += surveyedTogether) {
    if (at > 0 && deadline.remainingMs() < reserveMs) return null;
    const group = left.slice(at, at + surveyedTogether);
    const questions = group.map(({ sourcePath }) => ({ path: sourcePath, list: { first: 1, last: '*' } as const }));
    const seen = await planning.source.survey(questions);
    for (const [i, folder] of group.entries()) {
      const plan = await undelivered(planning, folder, seen[i] ?? null);
      await keepListing(planning, plan);
      plans.set(folder.folderKey, plan);
    }
  }
  return mapped.flatMap(({ folderKey }) => plans.get(folderKey) ?? []);
}

/** What a folder holds that was not delivered by earlier passes. */
async function undelivered(
  planning: Planning,
  mapped: MappedFolder,
  seen: SurveyedFolder<SourceUid> | null,
): Promise<FolderPlan> {
  const record = planning.records.get(mapped.folderKey) ?? null;
  const nothing = { rows: [], skipped: [], flags: [], droppedKeywords: 0 };
  try {
    if (seen?.state instanceof MigrationError) throw seen.state;
    const first = seen && { state: seen.state, messages: from(1, { state: seen.state, messages: seen.messages }) };
    const { state, messages } = await listWhole(planning.source, mapped.sourcePath, first);
    const known = record?.checkpoint.uidValidity === state.uidValidity ? await deliveredUids(planning, record) : null;
    const rows = messages
      .filter(({ uid }) => !known?.has(uid))
      .map(({ uid, internalDate, sizeBytes }): CopyRow => {
        return { folder: mapped.folderKey, sourceUid: uid, internalDate, sizeBytes, flags: [], candidates: [] };
      });
    const folder = plannedFolder(mapped, { record, pending: null, state });
    return { ...nothing, folder: { ...folder, expectedRows: messages.length }, rows };
  } catch (error) {
    if (!(error instanceof MigrationError) || error.scope !== 'folder') throw error;
    const folder = plannedFolder(mapped, { record, pending: null, state: unknownState });
    return { ...nothing, folder: { ...folder, failure: { code: error.code, message: error.message } } };
  }
}

async function deliveredUids({ ports }: Planning, record: FolderRecord): Promise<Set<number>> {
  const rows = await readLedger(ports, record.ledger);
  return new Set(rows.filter((row) => isLive(row) && isDelivered(row)).map((row) => row.sourceUid));
}

const itemLine = (mailbox: MailboxRecord, { folder }: FolderPlan, row: FolderPlan['skipped'][number]): ItemLine => ({
  mailbox: mailbox.emailAddress,
  folder: folder.sourcePath,
  uid: row.sourceUid,
  outcome: 'skipped',
  code: row.skip,
  sizeBytes: row.sizeBytes,
  internalDate: row.internalDate,
});
