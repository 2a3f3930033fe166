/** The folders of a plan, looked at in groups and settled one by one. */
import type { FolderRecord, LedgerPartRow, LedgerRow, MailboxPlan, PlannedFolder } from '../../contract/items.ts';
import { countByHeaders, countRows, evidenceOf, type FolderProblem } from '../../core/settle/ledger.ts';
import type { TargetMailbox } from '../../ports/mail.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import type { PlanOutcomes } from './chunk-outcomes.ts';
import { targetLook } from './look-at-target.ts';
import { itemsOf, readLedger, settleFolder, summaryOf, type FolderPorts, type SettledFolder } from './settle-folder.ts';

export interface Settling {
  key: MailboxKey;
  plan: MailboxPlan;
  outcomes: PlanOutcomes;
  target: TargetMailbox;
  /** The target stores other octets than it is given; null: not known. */
  rewrites: boolean | null;
}

export async function settleFolders(ports: FolderPorts, work: Settling): Promise<SettledFolder[]> {
  const { key, plan, outcomes } = work;
  const records = new Map((await ports.folders.list(key)).map((r) => [r.folderKey, r]));
  const entries = plan.folders.map((folder): Entry => {
    const before = records.get(folder.folderKey) ?? null;
    const added = outcomes.added.get(folder.folderKey) ?? [];
    const problem = folder.failure ?? (outcomes.unfinished.has(folder.folderKey) ? unfinished : null);
    return { folder, before, problem, added };
  });
  const settled: SettledFolder[] = [];
  for (const group of groupsOf(entries)) settled.push(...(await settleGroup(ports, { ...work, group })));
  return settled;
}

interface Entry {
  folder: PlannedFolder;
  before: FolderRecord | null;
  problem: FolderProblem | null;
  added: readonly LedgerPartRow[];
}

/** Folders that are looked at together: as many as may be in memory at once. */
const surveyedRows = 20_000;

function* groupsOf(entries: readonly Entry[]): Generator<Entry[]> {
  let group: Entry[] = [];
  let rows = 0;
  for (const entry of entries) {
    const more = entry.added.length + (entry.before?.rowCount ?? 0);
    if (group.length > 0 && rows + more > surveyedRows) {
      yield group;
      group = [];
      rows = 0;
    }
    group.push(entry);
    rows += more;
  }
  if (group.length > 0) yield group;
}

async function settleGroup(ports: FolderPorts, work: Settling & { group: readonly Entry[] }): Promise<SettledFolder[]> {
  const { key, plan, outcomes, group, target, rewrites } = work;
  const sound = group.filter(({ problem }) => problem === null);
  const surveyed = await target.survey(
    sound.map(({ folder }) => ({ path: folder.targetPath, list: { first: 1, last: '*' } })),
  );
  const seen = new Map(sound.map((entry, i) => [entry, surveyed[i]]));
  const settled: SettledFolder[] = [];
  for (const entry of group) {
    const { folder, before, added } = entry;
    const { state, messages } = seen.get(entry) ?? { state: entry.problem ?? unfinished, messages: [] };
    if ('code' in state) {
      const problem = { code: state.code, message: state.message };
      settled.push(await unsettled(ports, { folder, before, problem, outcomes }));
    } else {
      const flags = outcomes.flags.get(folder.folderKey) ?? new Map();
      const look = targetLook({ state, messages });
      const task = { key, sequence: plan.sequence, folder, before, added, flags, target, rewrites, look };
      settled.push(await settleFolder(ports, task));
    }
  }
  return settled;
}

const unfinished = { code: 'CONTINUED', message: 'Not all messages of this folder are copied yet.' } as const;

/** A folder whose checkpoint stays where it is; the report shows what is known of it. */
async function unsettled(
  ports: FolderPorts,
  at: { folder: PlannedFolder; before: FolderRecord | null; problem: FolderProblem; outcomes: PlanOutcomes },
): Promise<SettledFolder> {
  const known: LedgerRow[] = at.before && !at.folder.rematch ? await readLedger(ports, at.before.ledger) : [];
  const added = at.outcomes.added.get(at.folder.folderKey) ?? [];
  const counts = countRows([...known, ...added]);
  const source = Math.max(at.folder.state.messageCount, counts.source);
  return {
    summary: summaryOf(at.folder, { counts: { ...counts, source }, atTarget: null, problem: at.problem }),
    problem: at.problem,
    copiedNow: added.filter((row) => row.outcome === 'copied').length,
    flagsChangedNow: 0,
    surplus: 0,
    openDoubts: [...known, ...added].filter((row) => row.doubt).length,
    removedAtTarget: 0,
    byHeaders: countByHeaders([...known, ...added]),
    droppedKeywords: 0,
    ...itemsOf([...known, ...added]),
    evidence: evidenceOf([...known, ...added]),
  };
}
