/** One window: every row of [from, to) gets its last word, or the window halts with what is known so far. */
import { createHash } from 'node:crypto';
import type { CopyRow, PlannedFolder, RowOutcome } from '../../contract/items.ts';
import type { SourceUid } from '../../contract/ids.ts';
import { quarantineKeys } from '../../contract/keys.ts';
import { acknowledged } from '../../core/protocol/acknowledge.ts';
import { limits } from '../../core/protocol/limits.ts';
import type { ErrorCode } from '../../errors.ts';
import type { AppendAnswer, FetchedMessage } from '../../ports/mail.ts';
import { lookUp } from './doubt.ts';
import { matchPresent } from './present.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';

export interface WindowTask {
  folder: PlannedFolder;
  from: number;
  to: number;
  uidFloor: number;
  uidValidity: number;
  /** More than one attempt could have stored rows of this window. */
  doubt: boolean;
  /** Last words so far (a look-up may have found some); filled as answers come, so that nothing known is lost in a failure. */
  outcomes: Map<number, RowOutcome>;
}

export interface Halt {
  code: ErrorCode;
  waitSeconds: number;
}

/** Set when the window could not be finished: close the sessions, commit the head, come back later. */
export async function copyWindow(slice: Slice, sessions: Sessions, task: WindowTask): Promise<Halt | null> {
  const { outcomes } = task;
  const open = (): number[] => range(task.from, task.to).filter((index) => !outcomes.has(index));
  const merge = (found: ReadonlyMap<number, RowOutcome>): void =>
    found.forEach((outcome, index) => outcomes.set(index, outcome));

  if (!sessions.sourceValid) {
    for (const index of open()) outcomes.set(index, lastWord('gone', 'UIDVALIDITY_CHANGED', task.doubt));
    return null;
  }
  const limitBytes = Math.min(slice.messageLimitBytes, sessions.target.capabilities.appendLimitBytes ?? Infinity);
  for (const index of open()) {
    if ((slice.rows[index]?.sizeBytes ?? 0) > limitBytes)
      outcomes.set(index, lastWord('skipped', 'MESSAGE_TOO_LARGE', false));
  }
  merge(await matchPresent(slice, sessions, { folder: task.folder, indexes: open(), taken: takenUids(outcomes) }));

  // A server may leave a message out of its FETCH answer (faults F11): what is absent but still there is asked for once more.
  for (const attempt of [1, 2]) {
    const indexes = attempt === 1 ? open() : await stillThere(slice, sessions, open());
    const halt = await appendAndJudge(slice, sessions, { task, indexes });
    if (halt) return halt;
  }
  const unreadable = new Set(await stillThere(slice, sessions, open()));
  for (const index of open()) {
    outcomes.set(
      index,
      unreadable.has(index)
        ? lastWord('skipped', 'MESSAGE_UNREADABLE', task.doubt)
        : lastWord('gone', null, task.doubt),
    );
  }
  return null;
}

/** A refusal proves nothing (the message may be stored though the answer is NO): looked up before it is believed. */
async function appendAndJudge(slice: Slice, sessions: Sessions, work: Appending): Promise<Halt | null> {
  const { task } = work;
  const { refused, halt } = await appendRows(slice, sessions, work);
  if (halt || refused.size === 0) return halt;
  const found = await lookUp(slice, sessions, { ...task, indexes: [...refused.keys()], acknowledged: task.outcomes });
  for (const [index, code] of refused) {
    task.outcomes.set(index, found.get(index) ?? (await quarantine(slice, sessions, { index, code })));
  }
  return null;
}

interface Appending {
  task: WindowTask;
  indexes: readonly number[];
}

/** Sends the rows and drains every answer before it returns, also when the source breaks off in between. */
async function appendRows(
  slice: Slice,
  sessions: Sessions,
  work: Appending,
): Promise<{ refused: Map<number, ErrorCode>; halt: Halt | null }> {
  const byUid = new Map(
    work.indexes.flatMap((index) => (slice.rows[index] ? [[slice.rows[index].sourceUid, index] as const] : [])),
  );
  const answers: Asked[] = [];
  let broken: { cause: unknown } | null = null;
  try {
    for await (const message of fetchRows(sessions, [...byUid.keys()])) {
      slice.lease.assertHeld();
      const index = byUid.get(message.uid);
      const row = index === undefined ? undefined : slice.rows[index];
      if (index === undefined || !row) continue;
      byUid.delete(message.uid);
      answers.push({ index, ...(await sessions.target.append(outgoing(row, message))) });
    }
  } catch (error) {
    broken = { cause: error };
  }
  const settled = await settleAnswers(sessions, work, answers);
  if (broken) throw broken.cause;
  return settled;
}

async function* fetchRows(sessions: Sessions, uids: readonly SourceUid[]): AsyncIterable<FetchedMessage<SourceUid>> {
  if (uids.length > 0) yield* sessions.source.fetchMessages(uids);
}

const outgoing = (row: CopyRow, message: FetchedMessage<SourceUid>) => ({
  // Flags as planned, not as fetched: they are the base of the next pass's three-way comparison (decision 0005).
  flags: row.flags,
  internalDate: message.internalDate,
  octetCount: message.octetCount,
  octets: message.octets,
});

interface Asked {
  index: number;
  answer: Promise<AppendAnswer>;
}

async function settleAnswers(sessions: Sessions, { task }: Appending, answers: readonly Asked[]) {
  const { outcomes } = task;
  const refused = new Map<number, ErrorCode>();
  let halt: Halt | null = null;
  for (const { index, answer: promise } of answers) {
    const answer = await promise;
    if (answer.kind === 'stored') {
      const { previousUid } = sessions;
      const outcome = acknowledged(answer, { ...task, claimed: takenUids(outcomes), previousUid });
      if (outcome.targetUid !== null) sessions.acknowledged(outcome.targetUid);
      outcomes.set(index, outcome);
    } else if (
      answer.kind === 'refused' &&
      (answer.code === 'MESSAGE_REFUSED' || answer.code === 'MESSAGE_TOO_LARGE')
    ) {
      refused.set(index, answer.code);
    } else {
      halt ??= haltOf(answer);
    }
  }
  return { refused, halt };
}

function haltOf(answer: Exclude<AppendAnswer, { kind: 'stored' }>): Halt {
  if (answer.kind === 'lost') return { code: 'CONNECTION_LOST', waitSeconds: limits.lookDelaySeconds };
  return { code: answer.code, waitSeconds: answer.retryAfterSeconds ?? limits.lookDelaySeconds };
}

async function stillThere(slice: Slice, sessions: Sessions, indexes: readonly number[]): Promise<number[]> {
  const there: number[] = [];
  for (const index of indexes) {
    const uid = slice.rows[index]?.sourceUid;
    if (uid === undefined) continue;
    for await (const message of sessions.source.listFlags({ first: uid, last: uid }))
      if (message.uid === uid) there.push(index);
  }
  return there;
}

/** Keeps the exact octets and the reason; the message can be appended again after a repair. */
async function quarantine(
  slice: Slice,
  sessions: Sessions,
  at: { index: number; code: ErrorCode },
): Promise<RowOutcome> {
  const row = slice.rows[at.index];
  if (!row) throw new Error(`no row ${at.index}`);
  for await (const message of sessions.source.fetchMessages([row.sourceUid])) {
    const octets = await collect(message.octets);
    const sha256 = createHash('sha256').update(octets).digest('hex');
    const key = quarantineKeys.message(slice.key.batch, slice.key.mailboxId, row.folder, row.sourceUid);
    await slice.ports.data.putOctets(key, octets, { code: at.code, sha256, internaldate: row.internalDate });
    return { ...lastWord('quarantined', at.code, true), sha256 };
  }
  return lastWord('gone', null, true);
}

async function collect(octets: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of octets) parts.push(part);
  return Buffer.concat(parts);
}

const lastWord = (outcome: 'gone' | 'skipped' | 'quarantined', code: ErrorCode | null, doubt: boolean): RowOutcome => ({
  outcome,
  targetUid: null,
  evidence: null,
  doubt,
  code,
  sha256: null,
});

const takenUids = (outcomes: ReadonlyMap<number, RowOutcome>): Set<number> =>
  new Set([...outcomes.values()].flatMap((o) => (o.targetUid === null ? [] : [o.targetUid])));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
