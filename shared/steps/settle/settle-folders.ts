/** The folders of a plan, looked at in groups and settled one by one. */
import type { FolderRecord, LedgerPartRow, LedgerRow, MailboxPlan, PlannedFolder } from '../../contract/items.ts';
import { countByHeaders, countRows, evidenceOf, type FolderProblem } from '../../core/settle/ledger.ts';
import type { FolderKey } from '../../contract/ids.ts';
import { MigrationError } from '../../errors.ts';
import type { TargetMailbox } from '../../ports/mail.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import type { Ports } from '../../ports/ports.ts';
import { groupsOf } from '../../core/settle/groups.ts';
import { readPlanOutcomes, type PlanOutcomes } from './chunk-outcomes.ts';
import { targetLook, type TargetLook } from './look-at-target.ts';
import { itemsOf, readLedger, settleFolder, summaryOf, type FolderPorts, type SettledFolder } from './settle-folder.ts';

type SettlePorts = FolderPorts & Pick<Ports, 'chunks'>;

export interface Settling {
  key: MailboxKey;
  plan: MailboxPlan;
  target: Promise<TargetMailbox>;
  /** The target stores other octets than it is given; null: not known. */
  rewrites: boolean | null;
}

/** Outcomes that are in memory at once, unless one folder has more. A usual mailbox is read in one go. */
const rowsAtOnce = 50_000;
/** Folders that are looked at together: as many as may be in memory at once. */
const surveyedRows = 20_000;

/** In the order of the plan. What is held of a folder is let go before the next group is read. */
export async function* settleFolders(ports: SettlePorts, work: Settling): AsyncGenerator<SettledFolder, void, void> {
  const { key, plan } = work;
  const records = new Map((await ports.folders.list(key)).map((r) => [r.folderKey, r]));
  for (const folders of readTogether(plan)) {
    const outcomes = await readPlanOutcomes(ports, { key, plan, folders });
    const entries = folders.map((folder): Entry => {
      const before = records.get(folder.folderKey) ?? null;
      const added = outcomes.added.get(folder.folderKey) ?? [];
      const isOpen = outcomes.unfinished.has(folder.folderKey);
      return { folder, before, problem: folder.failure ?? (isOpen ? unfinished : null), added, isOpen };
    });
    const sizeOf = ({ added, before }: Entry): number => added.length + (before?.rowCount ?? 0);
    for (const group of groupsOf(entries, sizeOf, surveyedRows))
      yield* settleGroup(ports, { ...work, outcomes, group });
  }
}

/** Each group reads the chunks of its folders, so a plan of few rows is one, whatever the folders hold. */
function readTogether({ folders, chunks }: MailboxPlan): PlannedFolder[][] {
  const rows = chunks.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return rows <= rowsAtOnce ? [folders] : groupsOf(folders, ({ expectedRows }) => expectedRows, rowsAtOnce);
}

interface Entry {
  folder: PlannedFolder;
  before: FolderRecord | null;
  problem: FolderProblem | null;
  added: readonly LedgerPartRow[];
  /** Not all of its rows have an outcome. */
  isOpen: boolean;
}

interface Group extends Settling {
  outcomes: PlanOutcomes;
  group: readonly Entry[];
}

async function* settleGroup(ports: FolderPorts, work: Group): AsyncGenerator<SettledFolder, void, void> {
  const { key, plan, outcomes, group, rewrites } = work;
  const target = await work.target;
  const sound = group.filter(({ problem }) => problem === null);
  const looks = await lookAt(target, sound);
  for (const entry of group) {
    const { folder, before, added } = entry;
    const look = looks.get(folder.folderKey) ?? entry.problem ?? unfinished;
    if ('code' in look) {
      yield await unsettled(ports, { ...entry, problem: { code: look.code, message: look.message } });
    } else {
      const flags = outcomes.flags.get(folder.folderKey) ?? new Map();
      const task = { key, sequence: plan.sequence, folder, before, added, flags, target, rewrites, look };
      yield await settleFolder(ports, task);
    }
  }
}

/** What was listed is not kept. */
async function lookAt(
  target: TargetMailbox,
  entries: readonly Entry[],
): Promise<Map<FolderKey, TargetLook | MigrationError>> {
  const surveyed = await target.survey(
    entries.map(({ folder }) => ({ path: folder.targetPath, list: { first: 1, last: '*' } })),
  );
  return new Map(
    entries.map(({ folder }, i) => {
      const { state, messages } = surveyed[i] ?? { state: unanswered, messages: [] };
      return [folder.folderKey, state instanceof MigrationError ? state : targetLook({ state, messages })];
    }),
  );
}

const unanswered = new MigrationError('FOLDER_UNREADABLE', 'The target said nothing of the folder.');
const unfinished = { code: 'CONTINUED', message: 'Not all messages of this folder are copied yet.' } as const;

/** A folder whose checkpoint stays where it is; the report shows what is known of it. */
async function unsettled(ports: FolderPorts, at: Entry & { problem: FolderProblem }): Promise<SettledFolder> {
  const { added, isOpen } = at;
  const known: LedgerRow[] = at.before && !at.folder.rematch ? await readLedger(ports, at.before.ledger) : [];
  const counts = countRows([...known, ...added]);
  const source = Math.max(at.folder.state.messageCount, counts.source);
  return {
    summary: summaryOf(at.folder, { counts: { ...counts, source }, atTarget: null, problem: at.problem }),
    problem: at.problem,
    isOpen,
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
