/** All folders of a mailbox, planned in groups: what is done is kept, so that a large mailbox goes on in the next invocation. */
import type { FolderKey } from '../../contract/ids.ts';
import type { MailboxRequest } from '../../contract/workflow.ts';
import { isUnchanged } from '../../core/plan/decide-folder.ts';
import type { MappedFolder } from '../../core/plan/map-folders.ts';
import type { Deadline } from '../../ports/runtime.ts';
import { keepListing, keptListings, readListing } from './listings.ts';
import { planFolder, unchangedFolder } from './plan-folder.ts';
import { isQuiet, type FolderPlan, type Planning } from './planning.ts';
import { surveyedTogether, surveyFolders } from './survey.ts';

/** Enough to finish the group at hand and to write the plan. */
const reserveMs = 60_000;

/** In the order of `mapped`. null: the time is up. */
export async function planFolders(
  planning: Planning,
  mapped: readonly MappedFolder[],
  { request, deadline }: { request: MailboxRequest; deadline: Deadline },
): Promise<FolderPlan[] | null> {
  const plans = new Map<FolderKey, FolderPlan>();
  const kept = await keptListings(planning);
  for (const { folderKey } of mapped) {
    if (kept.has(folderKey)) plans.set(folderKey, await readListing(planning, folderKey));
  }
  if (request.pass === 'incremental') await addUnchanged(planning, mapped, plans);
  const left = mapped.filter(({ folderKey }) => !plans.has(folderKey));
  for (let at = 0; at < left.length; at += surveyedTogether) {
    if (at > 0 && deadline.remainingMs() < reserveMs) return null;
    await addGroup(planning, left.slice(at, at + surveyedTogether), plans);
  }
  return mapped.flatMap(({ folderKey }) => plans.get(folderKey) ?? []);
}

async function addGroup(
  planning: Planning,
  group: readonly MappedFolder[],
  plans: Map<FolderKey, FolderPlan>,
): Promise<void> {
  const seen = await surveyFolders(planning, group);
  for (const folder of group) {
    const at = seen.get(folder.folderKey);
    if (!at) continue;
    const plan = await planFolder(planning, folder, at);
    if (!isQuiet(plan)) await keepListing(planning, plan);
    plans.set(folder.folderKey, plan);
  }
}

/** Only in an incremental pass, after which another one comes: what a STATUS kept back, that one finds. */
async function addUnchanged(
  planning: Planning,
  mapped: readonly MappedFolder[],
  plans: Map<FolderKey, FolderPlan>,
): Promise<void> {
  const { records, carried, mailbox, source } = planning;
  if (records.size === 0 || mailbox.counts.skipped > 0) return;
  const known = mapped.filter((f) => records.has(f.folderKey) && !carried.pending.has(f.folderKey));
  const told = await source.folderStates(known.map(({ sourcePath }) => sourcePath));
  for (const folder of known) {
    const record = records.get(folder.folderKey);
    const state = told.get(folder.sourcePath);
    if (record && state && isUnchanged(record, state) && !plans.has(folder.folderKey))
      plans.set(folder.folderKey, unchangedFolder(folder, record));
  }
}
