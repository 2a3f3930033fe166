/**
 * PlanMailbox: logs in on both sides, maps and creates folders, lists what is to be copied and cuts it into chunks. A
 * mailbox in which nothing changed ends here, without a FETCH. Idempotent per pass: run again it returns what the
 * first run made durable.
 */
import { MailboxPlan, type BatchRecord, type MailboxRecord } from '../contract/items.ts';
import type { MailboxRequest, PlanMailboxResult } from '../contract/workflow.ts';
import { chunkConcurrency } from '../core/batch/concurrency.ts';
import { verdictOf } from '../core/settle/verdict.ts';
import { MigrationError } from '../errors.ts';
import type { TargetMailbox } from '../ports/mail.ts';
import type { Deadline } from '../ports/runtime.ts';
import { endpointsOf } from './logins.ts';
import { readCarried } from './plan/carried.ts';
import { FolderLimits } from './plan/folder-limits.ts';
import { withinLimits } from './plan/limits.ts';
import { mapMailbox } from './plan/map-mailbox.ts';
import { openBoth, type BothSides } from './plan/open-both.ts';
import { planFolders } from './plan/plan-folders.ts';
import { preflight } from './plan/preflight.ts';
import { isQuiet, type FolderPlan, type Planning, type PlanPorts } from './plan/planning.ts';
import { planVerify } from './plan/plan-verify.ts';
import { writePlan } from './plan/write-plan.ts';

const throttledSeconds = 60;

export async function planMailbox(
  ports: PlanPorts,
  request: MailboxRequest,
  deadline: Deadline,
): Promise<PlanMailboxResult> {
  const batch = await ports.batches.read(request.batch);
  if (!batch) throw new MigrationError('BATCH_UNKNOWN', `There is no batch ${request.batch}.`);
  const stored = await ports.mailboxes.read(request.batch, request.mailboxId);
  if (!stored) throw new MigrationError('STATE_DAMAGED', `There is no mailbox ${request.mailboxId}.`);
  const earlier = await earlierResult(ports, { batch, mailbox: stored, request });
  if (earlier) return earlier;
  const mailbox = await begin(ports, stored, request);
  try {
    const loaded = { batch, mailbox, request, deadline };
    return await (request.pass === 'verify' ? planVerification(ports, loaded) : planCopies(ports, loaded));
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'THROTTLED') throw error;
    ports.telemetry.count('Throttled', 1);
    return {
      status: 'wait',
      waitSeconds: error.retryAfterSeconds ?? throttledSeconds,
      reason: 'The server asked for a pause.',
    };
  }
}

type Timed = Loaded & { deadline: Deadline };

async function planCopies(ports: PlanPorts, at: Timed): Promise<PlanMailboxResult> {
  const endpoints = endpointsOf(at.batch);
  const sides = await openBoth(ports, at, (login) => ports.servers.openTarget(endpoints.target, login));
  try {
    return await planOpened(ports, { ...at, sides });
  } finally {
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
}

/** Both sides read-only; the plan stands beside that of the copies, whose chunks may be unfinished. */
async function planVerification(ports: PlanPorts, at: Timed): Promise<PlanMailboxResult> {
  const plan = await planVerify(ports, at);
  return plan ? planned(at.batch, plan) : { status: 'more' };
}

interface Loaded {
  batch: BatchRecord;
  mailbox: MailboxRecord;
  request: MailboxRequest;
}

async function earlierResult(ports: PlanPorts, { batch, mailbox, request }: Loaded): Promise<PlanMailboxResult | null> {
  if (mailbox.passId !== request.passId) return null;
  if (mailbox.state === 'settled' && mailbox.verdict) {
    return { status: 'ended', mailboxId: mailbox.mailboxId, verdict: mailbox.verdict };
  }
  const ref = request.pass === 'verify' ? mailbox.verifyPlan : mailbox.plan;
  if (mailbox.state !== 'syncing' || !ref) return null;
  const plan = await ports.data.readJson(ref.key, (v) => MailboxPlan.parse(v));
  return plan?.passId === request.passId ? planned(batch, plan) : null;
}

/** The number is reserved before anything is stored under it: chunk ids must never be used twice. */
async function begin(ports: PlanPorts, mailbox: MailboxRecord, request: MailboxRequest): Promise<MailboxRecord> {
  if (mailbox.passId === request.passId && mailbox.state === 'planning') return mailbox;
  const fields = {
    passId: request.passId,
    state: 'planning',
    planSequence: mailbox.planSequence + 1,
    planned: { messages: 0, bytes: 0 },
    copiedNow: 0,
    flagsChangedNow: 0,
    verified: null,
    failure: null,
    verdict: null,
    updatedAt: new Date(ports.clock.nowMs()).toISOString(),
    // What an earlier pass left out says nothing of what this one expects, should it fail.
    ...(request.pass === 'preflight' ? { overLimit: { messages: 0, bytes: 0 } } : {}),
  } as const;
  await ports.mailboxes.update(request.batch, mailbox.mailboxId, fields);
  return { ...mailbox, ...fields };
}

interface Opened extends Timed {
  sides: BothSides<TargetMailbox>;
}

async function planOpened(ports: PlanPorts, opened: Opened): Promise<PlanMailboxResult> {
  const { request, mailbox } = opened;
  const planning = await preparePlanning(ports, opened);
  const mapped = await mapMailbox(planning);
  const targets = new Set(mapped.map(({ targetPath }) => targetPath));
  planning.folderLimits.ask([...targets].filter((path) => planning.targetPaths.has(path)));
  if (request.pass === 'preflight') {
    const found = await preflight(planning, mapped, opened.deadline);
    return found ? end(planning, request, found) : { status: 'more' };
  }
  const listed = await planFolders(planning, mapped, opened);
  if (!listed) return { status: 'more' };
  const folders = await withinLimits(planning, listed);
  if (folders.every(isQuiet) && isSettled(planning)) {
    return end(planning, request, { verdict: verdictOf(mailbox.counts, false), failure: null });
  }
  return makePlan(planning, opened, folders);
}

async function preparePlanning(ports: PlanPorts, { batch, mailbox, request, sides }: Opened): Promise<Planning> {
  const key = { batch: request.batch, mailboxId: request.mailboxId };
  const records = new Map((await ports.folders.list(key)).map((record) => [record.folderKey, record]));
  const carried = await readCarried(ports, mailbox, records);
  const { settings } = batch;
  const sequence = mailbox.planSequence;
  const retry = request.pass === 'retry';
  return {
    ports,
    key,
    settings,
    mailbox,
    retry,
    sequence,
    ...sides,
    records,
    carried,
    gone: [],
    hidden: new Set(),
    targetPaths: new Set(),
    folderLimits: new FolderLimits(sides.target),
  };
}

/** A row in doubt is looked for by every settle until its doubt ends, and flags that are missing are set by the next. */
const isSettled = ({ carried, mailbox }: Planning): boolean =>
  carried.sequence === 0 && mailbox.openDoubts + mailbox.pendingFlags === 0 && mailbox.plan !== null;

async function makePlan(
  planning: Planning,
  opened: Opened,
  folders: readonly FolderPlan[],
): Promise<PlanMailboxResult> {
  const { ports, key } = planning;
  const { plan, ref } = await writePlan(planning, opened.request.passId, folders);
  const copies = plan.chunks.filter((chunk) => chunk.kind === 'copy');
  // The pointer last: whoever finds the plan through it finds all of it.
  await ports.mailboxes.update(key.batch, key.mailboxId, {
    plan: ref,
    state: 'syncing',
    folderCount: plan.folders.length,
    planned: {
      messages: copies.reduce((sum, chunk) => sum + chunk.rowCount, 0),
      bytes: copies.reduce((sum, chunk) => sum + chunk.sizeBytes, 0),
    },
  });
  return planned(opened.batch, plan);
}

const planned = ({ settings }: BatchRecord, plan: MailboxPlan): PlanMailboxResult => ({
  status: 'planned',
  chunkCount: plan.chunks.filter((chunk) => chunk.kind !== 'skipped').length,
  chunkConcurrency: chunkConcurrency(settings),
});

async function end(
  { ports, key }: Planning,
  request: MailboxRequest,
  fields: Partial<MailboxRecord> & { verdict?: MailboxRecord['verdict'] },
): Promise<PlanMailboxResult> {
  const verdict = fields.verdict ?? 'incomplete';
  await ports.mailboxes.update(key.batch, key.mailboxId, {
    ...fields,
    state: 'settled',
    updatedAt: new Date(ports.clock.nowMs()).toISOString(),
    ...(request.pass === 'final' ? { finalDone: verdict !== 'incomplete' } : {}),
  });
  return { status: 'ended', mailboxId: key.mailboxId, verdict };
}
