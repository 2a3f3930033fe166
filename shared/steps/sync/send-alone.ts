/**
 * One message by itself: one that was refused, with a named repair that is tried once, or one from quarantine. Each try
 * is another attempt of its row in the open window, so whatever comes of it the row is in doubt (protocol section 5).
 */
import type { CopyRow, Repair, RowOutcome } from '../../contract/items.ts';
import { acknowledged } from '../../core/protocol/acknowledge.ts';
import { fittingRepairs } from '../../core/repair/fitting-repairs.ts';
import type { ErrorCode } from '../../errors.ts';
import type { AppendAnswer } from '../../ports/mail.ts';
import { lookUp } from './doubt.ts';
import { examine, quarantineKey, readMessage, repairedOctets, type Examined } from './message-octets.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';
import { haltOf, lastWord, takenUids, type Halt, type WindowTask } from './window-task.ts';

export interface Alone {
  task: WindowTask;
  index: number;
}

type Ending = { outcome: RowOutcome } | { halt: Halt } | { refused: ErrorCode };

/** A message that the target refused, and that the look-up did not find there. */
export async function repairOrQuarantine(
  slice: Slice,
  sessions: Sessions,
  at: Alone & { code: ErrorCode },
): Promise<Halt | null> {
  const row = rowOf(slice, at);
  const examined = await readMessage(slice, sessions, { row, use: examine });
  if (!examined) return settle(at, { outcome: lastWord('gone', null, true) });
  const { nuls, bareNewlines } = examined.examination;
  const repairs = fittingRepairs({ code: at.code, nuls, bareNewlines, flags: row.flags });
  const ending: Ending =
    repairs.length === 0 ? { refused: at.code } : await attempt(slice, sessions, { ...at, examined, repairs });
  if (!('refused' in ending)) return settle(at, ending);
  return settle(at, { outcome: await quarantine(slice, sessions, { row, examined, code: ending.refused }) });
}

/** A message from quarantine: as it is first, because the target may have changed its mind. */
export async function sendKept(slice: Slice, sessions: Sessions, at: Alone): Promise<Halt | null> {
  const row = rowOf(slice, at);
  const examined = await readMessage(slice, sessions, { row, use: examine });
  if (!examined) return settle(at, { outcome: lastWord('quarantined', 'MESSAGE_UNREADABLE', at.task.doubt) });
  const ending = await attempt(slice, sessions, { ...at, examined, repairs: [] });
  if ('refused' in ending) return repairOrQuarantine(slice, sessions, { ...at, code: ending.refused });
  return settle(at, ending);
}

function settle({ task, index }: Alone, ending: { outcome: RowOutcome } | { halt: Halt }): Halt | null {
  if ('halt' in ending) return ending.halt;
  task.outcomes.set(index, ending.outcome);
  return null;
}

interface Attempt extends Alone {
  examined: Examined;
  repairs: readonly Repair[];
}

async function attempt(slice: Slice, sessions: Sessions, at: Attempt): Promise<Ending> {
  const { task, index, repairs } = at;
  const row = rowOf(slice, at);
  slice.lease.assertHeld();
  const answered = await readMessage(slice, sessions, {
    row,
    use: async (octets) => {
      const { answer } = await sessions.target.append({
        alone: true,
        flags: repairs.includes('flags') ? [] : row.flags,
        internalDate: row.internalDate,
        octetCount: at.examined.examination.repairedBytes(repairs),
        octets: repairedOctets(octets, repairs),
      });
      return answer;
    },
  });
  if (!answered) return { outcome: lastWord('gone', null, true) };
  if (answered.kind === 'stored') return { outcome: stored(sessions, answered, at) };
  if (answered.kind === 'lost' || !isOfMessage(answered.code)) return { halt: haltOf(answered) };
  // A refusal proves nothing here either.
  const found = (await lookUp(slice, sessions, { ...task, indexes: [index], acknowledged: task.outcomes })).get(index);
  return found ? { outcome: found } : { refused: answered.code };
}

export const isOfMessage = (code: ErrorCode): boolean => code === 'MESSAGE_REFUSED' || code === 'MESSAGE_TOO_LARGE';

function stored(
  sessions: Sessions,
  answer: Extract<AppendAnswer, { kind: 'stored' }>,
  { task, repairs }: Attempt,
): RowOutcome {
  const { previousUid } = sessions;
  const outcome = acknowledged(answer, { ...task, claimed: takenUids(task.outcomes), previousUid, doubt: true });
  if (outcome.targetUid !== null) sessions.acknowledged(outcome.targetUid);
  return repairs.length === 0 ? outcome : { ...outcome, repairs: [...repairs] };
}

/** Keeps the exact octets and the reason. Streams, so that memory does not grow with the message. */
async function quarantine(
  slice: Slice,
  sessions: Sessions,
  at: { row: CopyRow; examined: Examined; code: ErrorCode },
): Promise<RowOutcome> {
  const { row, examined, code } = at;
  const { sha256 } = examined;
  const { internalDate, flags } = row;
  const metadata = { code, sha256, internaldate: internalDate, flags: flags.join(' ') };
  if (!row.kept) {
    const put = (octets: AsyncIterable<Uint8Array>) =>
      slice.ports.data.putOctets(quarantineKey(slice, row), octets, metadata);
    if (!(await readMessage(slice, sessions, { row, use: put }))) return lastWord('gone', null, true);
  }
  return { ...lastWord('quarantined', code, true), sha256 };
}

function rowOf(slice: Slice, { index }: Alone): CopyRow {
  const row = slice.rows[index];
  if (!row) throw new Error(`no row ${index}`);
  return row;
}
