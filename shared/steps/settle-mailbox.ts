/**
 * SettleMailbox: the counts must add up, then the checkpoints move, then the verdict is written. Never says "complete"
 * of anything it has not seen settled. Idempotent: run twice it writes the same.
 */
import {
  ItemLine,
  MailboxPlan,
  MailboxSummary,
  type Counts,
  type Failure,
  type MailboxRecord,
  type OverLimit,
} from '../contract/items.ts';
import { ledgerKeys } from '../contract/keys.ts';
import type { MailboxEnded, SettleRequest } from '../contract/workflow.ts';
import { addEvidence, type FolderProblem } from '../core/settle/ledger.ts';
import { overLimitOf } from '../core/plan/over-limits.ts';
import { addCounts, verdictOf } from '../core/settle/verdict.ts';
import { failed, failureOf } from '../core/failure.ts';
import { isErrorCode, MigrationError } from '../errors.ts';
import type { TargetMailbox } from '../ports/mail.ts';
import type { Ports } from '../ports/ports.ts';
import type { MailboxKey } from '../ports/stores.ts';
import { endpointsOf, revealLogins } from './logins.ts';
import type { SettledFolder } from './settle/settle-folder.ts';
import { settleFolders } from './settle/settle-folders.ts';
import { settleVerify } from './settle/settle-verify.ts';

type SettlePorts = Pick<
  Ports,
  'batches' | 'mailboxes' | 'folders' | 'chunks' | 'credentials' | 'cipher' | 'data' | 'servers' | 'clock' | 'telemetry'
>;

export async function settleMailbox(ports: SettlePorts, request: SettleRequest): Promise<MailboxEnded> {
  const key = { batch: request.batch, mailboxId: request.mailboxId };
  const record = await ports.mailboxes.read(key.batch, key.mailboxId);
  if (!record) throw new MigrationError('STATE_DAMAGED', `There is no mailbox ${key.mailboxId}.`);
  if (request.failure) return conclude(ports, { key, request, failure: failureOf(request.failure), fields: {} });
  const ref = request.pass === 'verify' ? record.verifyPlan : record.plan;
  const plan = ref && (await ports.data.readJson(ref.key, (v) => MailboxPlan.parse(v)));
  if (!plan) throw new MigrationError('STATE_DAMAGED', `Mailbox ${key.mailboxId} has no plan.`);
  if (request.pass === 'verify') return concludeVerify(ports, { key, plan, record, request });

  const settled = await settleCopies(ports, { key, plan, record });
  const problem = settled.find((f) => f.problem)?.problem ?? null;
  const isOpen = settled.some((f) => f.isOpen);
  const failure = (isOpen ? failedChunk(request) : null) ?? (problem && folderFailure(problem, settled));
  const folders = [...settled.map((f) => f.summary), ...goneFolders(plan)];
  const summary: MailboxSummary = { mailboxId: key.mailboxId, folders };
  await ports.data.putJson(ledgerKeys.summary(key.batch, key.mailboxId), summary);
  const fields = { ...totals(plan, settled), ...(failure === null ? { settledSequence: plan.sequence } : {}) };
  return conclude(ports, { key, request, failure, fields });
}

/** Without its rows: a mailbox may have half a million, and they are written as they come. */
interface Settled extends Omit<SettledFolder, 'items' | 'otherDates'> {
  otherDates: number;
  overLimit: OverLimit;
}

interface Copies {
  key: MailboxKey;
  plan: MailboxPlan;
  record: MailboxRecord;
}

async function settleCopies(ports: SettlePorts, { key, plan, record }: Copies): Promise<Settled[]> {
  // Outcomes are read while the login is under way; whoever needs the target hears of its failure.
  const target = openTarget(ports, key);
  target.catch(() => {});
  const settled: Settled[] = [];
  const lines = async function* (): AsyncGenerator<ItemLine, void, void> {
    for await (const folder of settleFolders(ports, { key, plan, target, rewrites: record.rewrites })) {
      const { items, otherDates, ...rest } = folder;
      const overLimit = overLimitOf(items.filter((row) => row.outcome === 'skipped'));
      settled.push({ ...rest, otherDates: otherDates.size, overLimit });
      yield* itemLines(record, folder);
    }
  };
  try {
    await ports.data.putLines(ledgerKeys.items(key.batch, key.mailboxId), lines());
    return settled;
  } finally {
    await target.then(
      (session) => session.close(),
      () => {},
    );
  }
}

function totals({ droppedKeywords }: MailboxPlan, settled: readonly Settled[]) {
  const total = (of: (folder: Settled) => number): number => settled.reduce((sum, folder) => sum + of(folder), 0);
  return {
    counts: addCounts(settled.map((f) => f.summary.counts)),
    copiedNow: total((f) => f.copiedNow),
    flagsChangedNow: total((f) => f.flagsChangedNow),
    surplus: total((f) => f.surplus),
    openDoubts: total((f) => f.openDoubts),
    removedAtTarget: total((f) => f.removedAtTarget),
    byHeaders: total((f) => f.byHeaders),
    // Those that are no atom were counted when they were planned, those that the target does not keep when settled.
    droppedKeywords: droppedKeywords + total((f) => f.droppedKeywords),
    repaired: total((f) => f.repaired),
    pendingFlags: total((f) => f.pendingFlags),
    otherDates: total((f) => f.otherDates),
    overLimit: { messages: total((f) => f.overLimit.messages), bytes: total((f) => f.overLimit.bytes) },
    evidence: addEvidence(settled.map((f) => f.evidence)),
  };
}

async function concludeVerify(
  ports: SettlePorts,
  at: { key: MailboxKey; plan: MailboxPlan; record: MailboxRecord; request: SettleRequest },
): Promise<MailboxEnded> {
  const { failure, fields } = await settleVerify(ports, at);
  const counts = fields.verified?.counts ?? addCounts([]);
  const failedChunks = at.request.failedChunks[0] && failure?.code === 'CONTINUED';
  const reason = failedChunks ? failedChunk(at.request) : failure;
  return conclude(ports, { ...at, failure: reason, fields, counts });
}

async function openTarget(ports: SettlePorts, key: MailboxKey): Promise<TargetMailbox> {
  const batch = await ports.batches.read(key.batch);
  if (!batch) throw new MigrationError('BATCH_UNKNOWN', `There is no batch ${key.batch}.`);
  const logins = await revealLogins(ports, key);
  return ports.servers.openTarget(endpointsOf(batch).target, logins.target);
}

/** Deleted or renamed at the source after they were copied (faults F23, F24): said, and nothing done about it. */
function goneFolders({ folders, gone = [] }: MailboxPlan): MailboxSummary['folders'] {
  const settled = new Set(folders.map(({ sourcePath }) => sourcePath));
  return gone
    .filter(({ sourcePath }) => !settled.has(sourcePath))
    .map((folder) => ({ ...folder, counts: addCounts([]), atTarget: null, gone: true, failure: null }));
}

function failedChunk({ failedChunks }: SettleRequest): Failure | null {
  const first = failedChunks[0];
  if (!first) return null;
  const code = isErrorCode(first.error) ? first.error : 'INTERNAL';
  return failed(code, `${failedChunks.length} of the mailbox's chunks could not be finished (${code}).`);
}

function folderFailure(problem: FolderProblem, settled: readonly Settled[]): Failure {
  const first = settled.find((f) => f.problem);
  return failed(problem.code, `Folder "${first?.summary.sourcePath ?? ''}": ${problem.message}`);
}

function* itemLines(record: MailboxRecord, folder: SettledFolder): Generator<ItemLine> {
  for (const row of folder.items)
    yield {
      mailbox: record.emailAddress,
      folder: folder.summary.sourcePath,
      uid: row.sourceUid,
      outcome: row.outcome,
      code: row.code,
      sizeBytes: row.sizeBytes,
      internalDate: row.internalDate,
      ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
      ...(row.repairs ? { repairs: row.repairs } : {}),
      ...(row.pendingFlags ? { pendingFlags: row.pendingFlags } : {}),
      ...(folder.otherDates.has(row.sourceUid) ? { otherDate: true } : {}),
    };
}

interface Ending {
  key: MailboxKey;
  request: SettleRequest;
  failure: Failure | null;
  fields: Partial<MailboxRecord>;
  /** What the verdict speaks of, where it is not what the record is to hold from now on. */
  counts?: Counts;
}

/** The verdict comes last: it is true only once everything before it is durable. */
async function conclude(ports: SettlePorts, ending: Ending): Promise<MailboxEnded> {
  const { key, request, failure, fields, counts } = ending;
  const verdict = verdictOf(counts ?? fields.counts ?? addCounts([]), failure !== null);
  await ports.mailboxes.update(key.batch, key.mailboxId, {
    ...fields,
    state: 'settled',
    passId: request.passId,
    verdict,
    failure,
    updatedAt: new Date(ports.clock.nowMs()).toISOString(),
    ...(request.pass === 'final' ? { finalDone: verdict !== 'incomplete' } : {}),
  });
  return { status: 'ended', mailboxId: key.mailboxId, verdict };
}
