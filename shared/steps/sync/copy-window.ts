/** One window: every row of [from, to) gets its last word, or the window halts with what is known so far. */
import type { RowOutcome } from '../../contract/items.ts';
import { lookUp } from './doubt.ts';
import { matchPresent } from './present.ts';
import { repairOrQuarantine, sendKept } from './send-alone.ts';
import { sendRows, type Sending } from './send-rows.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';
import { lastWord, type Halt, type WindowTask } from './window-task.ts';

export async function copyWindow(slice: Slice, sessions: Sessions, task: WindowTask): Promise<Halt | null> {
  const { outcomes } = task;
  const open = (): number[] => range(task.from, task.to).filter((index) => !outcomes.has(index));
  const merge = (found: ReadonlyMap<number, RowOutcome>): void =>
    found.forEach((outcome, index) => outcomes.set(index, outcome));

  if (!sessions.sourceValid) {
    for (const index of open())
      if (!isKept(slice, index))
        outcomes.set(index, lastWord(sessions.absence.outcome, sessions.absence.code, task.doubt));
  }
  skipTooLarge(slice, sessions, { task, indexes: open() });
  merge(await matchPresent(slice, sessions, { task, indexes: open() }));
  const undecided = await decideByOne(slice, sessions, { task, open });
  if (undecided) return undecided;

  for (const index of open().filter((i) => isKept(slice, i))) {
    const halt = await sendKept(slice, sessions, { task, index });
    if (halt) return halt;
  }
  // A server may leave a message out of its FETCH answer (faults F11), and a refusal ends the sliding with messages
  // unsent: what is still there is asked for again, the last time for nothing but the former.
  for (const attempt of [1, 2, 3]) {
    const indexes = attempt === 1 ? open() : await stillThere(slice, sessions, open());
    if (indexes.length === 0) break;
    const limitBytes = sessions.messageLimitBytes;
    const sending = { task, indexes, slides: attempt === 1 && !task.doubt, alone: false, limitBytes };
    const halt = await sendAndJudge(slice, sessions, sending);
    if (halt) return halt;
    skipTooLarge(slice, sessions, { task, indexes: open() });
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

/**
 * Nobody knows whether this target rewrites, and it has copies that would be ours if it does: one row is sent and read
 * back, so that all others are adopted or repeated for a reason. At worst this one is a twin; it is in doubt already.
 */
async function decideByOne(
  slice: Slice,
  sessions: Sessions,
  at: { task: WindowTask; open: () => number[] },
): Promise<Halt | null> {
  const { task, open } = at;
  const limitBytes = sessions.messageLimitBytes;
  const undecided = open().some((index) => task.undecided.has(index));
  if (!undecided || sessions.rewrites !== null || !sessions.target.capabilities.uidPlus) return null;
  const telling = open().filter((index) => {
    const row = slice.rows[index];
    return row !== undefined && row.kept === undefined && sessions.headers.get(row.sourceUid)?.key != null;
  });
  const index = telling.find((i) => !task.undecided.has(i)) ?? telling[0];
  if (index === undefined) return null;
  const halt = await sendAndJudge(slice, sessions, { task, indexes: [index], slides: false, alone: true, limitBytes });
  if (halt || open().length === 0) return halt;
  for (const found of await lookUp(slice, sessions, { ...task, indexes: open(), acknowledged: task.outcomes }))
    task.outcomes.set(...found);
  return null;
}

/** Known from the listing, so that nothing is fetched in vain. */
function skipTooLarge(
  slice: Slice,
  sessions: Sessions,
  { task, indexes }: { task: WindowTask; indexes: readonly number[] },
): void {
  for (const index of indexes) {
    // Who asks for a retry wants the target's word.
    if (!isKept(slice, index) && (slice.rows[index]?.sizeBytes ?? 0) > sessions.messageLimitBytes)
      task.outcomes.set(index, lastWord('skipped', 'MESSAGE_TOO_LARGE', false));
  }
}

/** A refusal proves nothing (the message may be stored though the answer is NO): looked up before it is believed. */
async function sendAndJudge(slice: Slice, sessions: Sessions, sending: Sending): Promise<Halt | null> {
  const { task } = sending;
  const { refused, halt } = await sendRows(slice, sessions, sending);
  if (halt || refused.size === 0) return halt;
  const found = await lookUp(slice, sessions, { ...task, indexes: [...refused.keys()], acknowledged: task.outcomes });
  for (const [index, outcome] of found) task.outcomes.set(index, outcome);
  const denied = [...refused].filter(([index]) => !found.has(index));
  for (const [index, { code, together }] of denied) {
    const sizeBytes = slice.rows[index]?.sizeBytes;
    if (code === 'MESSAGE_TOO_LARGE' && together === 1 && sizeBytes) sessions.refusedAsTooLarge(sizeBytes);
    const ending = together === 1 ? await repairOrQuarantine(slice, sessions, { task, index, code }) : null;
    if (ending) return ending;
  }
  // Refused with others: which of them was meant is told by sending each alone.
  const indexes = denied.flatMap(([index, { together }]) => (together > 1 ? [index] : []));
  if (indexes.length === 0) return null;
  // The refused command may be carried out after the look-up, and so store them a second time.
  for (const index of indexes) task.doubtful.add(index);
  return sendAndJudge(slice, sessions, { ...sending, indexes, slides: false, alone: true });
}

/** Rows whose message the source still holds, asked for in one command. */
async function stillThere(slice: Slice, sessions: Sessions, indexes: readonly number[]): Promise<number[]> {
  const byUid = new Map<number, number>();
  for (const index of indexes) {
    const row = slice.rows[index];
    if (row) byUid.set(row.sourceUid, index);
  }
  if (byUid.size === 0) return [];
  await sessions.stay();
  const there: number[] = [];
  const range = { first: Math.min(...byUid.keys()), last: Math.max(...byUid.keys()) };
  for await (const { uid } of sessions.source.listFlags(range)) {
    const index = byUid.get(uid);
    if (index !== undefined) there.push(index);
  }
  return there;
}

const isKept = (slice: Slice, index: number): boolean => slice.rows[index]?.kept !== undefined;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
