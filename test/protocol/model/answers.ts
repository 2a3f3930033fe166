/** What the target does with what was sent, and what of it the worker hears. */
import { TargetUid } from '../../../shared/contract/ids.ts';
import { store } from './servers.ts';
import { merged, spend, type State, type Task, type Worker } from './state.ts';
import { abandon, disconnected, messageAt, names, withWorker, type At } from './worker.ts';

export function answers(at: At, task: Task): void {
  const { setting, state, w, worker, emit } = at;
  const [command, ...rest] = worker.sent;
  if (command) {
    stored(at, { task, command, rest });
    const messages = command.map((index) => messageAt(at, index));
    const without: Worker = { ...worker, sent: rest };
    if (state.budget.refuse > 0) {
      const refused = [...worker.refused, ...command.map((index) => ({ index, together: command.length }))];
      const next = withWorker(abandon(spend(state, 'refuse'), [messages]), w, { ...without, refused });
      emit(`NO to ${names(at, command)} of worker ${w}, which may be stored nevertheless`, next, true);
    }
    if (state.budget.halt > 0) {
      const next = withWorker(abandon(spend(state, 'halt'), [messages]), w, { ...without, halted: true });
      emit(`the answer to ${names(at, command)} of worker ${w} is lost`, next, true);
    }
    if (state.budget.cut > 0) cut(at);
  }
  if (!setting.rules.drains) for (const row of worker.unread) readLate(at, { task, row });
}

function cut(at: At): void {
  const { state, w, worker, emit } = at;
  const next = withWorker(disconnected(at, spend(state, 'cut')), w, { ...worker, sent: [], halted: true });
  emit(`the connection of worker ${w} is cut`, next, true);
}

function stored(
  at: At,
  { task, command, rest }: { task: Task; command: readonly number[]; rest: Worker['sent'] },
): void {
  const { setting, state, w, worker, emit } = at;
  let next: State = state;
  let answered: Worker = { ...worker, sent: rest };
  for (const index of command) {
    const uid = next.target.uidNext;
    next = store(next, { message: messageAt(at, index), ours: true });
    answered = acknowledge(at, { worker: answered, index, uid });
    if (!setting.rules.drains)
      emit(
        `the target stores ${names(at, command)} for worker ${w}, OK not read yet`,
        withWorker(next, w, { ...worker, sent: rest, unread: [...worker.unread, [index, uid]] }),
      );
  }
  if (answered.task !== task)
    emit(`the target stores ${names(at, command)} for worker ${w}, OK`, withWorker(next, w, answered));
  const [index] = command;
  if (index === undefined || command.length > 1 || state.budget.misname === 0) return;
  for (const uid of otherUids(at, { index, next: rest[0]?.[0] })) {
    const misled = acknowledge(at, { worker: { ...worker, sent: rest }, index, uid });
    const label = `the target stores ${names(at, command)} for worker ${w}, OK, and calls it UID ${uid}`;
    emit(label, withWorker(spend(next, 'misname'), w, misled), true);
  }
}

/** What APPENDUID may say instead: a UID that nothing has, or one of a message of another instant, there already or next. */
function otherUids(at: At, { index, next }: { index: number; next: number | undefined }): number[] {
  const { instants } = at.setting;
  const { uidNext, copies } = at.state.target;
  const instantOf = (row: number): string | undefined => instants[messageAt(at, row)];
  const others = copies.filter(({ message, there }) => there && instants[message] !== instantOf(index));
  const follows = next !== undefined && instantOf(next) !== instantOf(index);
  return [...others.map(({ uid }) => uid), ...(follows ? [uidNext + 1] : []), uidNext + 100];
}

function readLate(at: At, { row }: { task: Task; row: readonly [number, number] }): void {
  const { state, w, worker, emit } = at;
  const [index, uid] = row;
  const unread = worker.unread.filter((other) => other !== row);
  const answered = acknowledge(at, { worker: { ...worker, unread }, index, uid });
  emit(`worker ${w} reads the OK for ${names(at, [index])}`, withWorker(state, w, answered));
}

function acknowledge(at: At, { worker, index, uid }: { worker: Worker; index: number; uid: number }): Worker {
  const { task, session } = worker;
  if (!task) return worker;
  const { uidPlus, rules } = at.setting;
  const claimed = new Set(task.outcomes.flatMap(([, { targetUid }]) => (targetUid === null ? [] : [targetUid])));
  const answer = uidPlus
    ? { targetUid: TargetUid.parse(uid), uidValidity: at.state.target.uidValidity }
    : { targetUid: null, uidValidity: null };
  const outcome = rules.acknowledged(answer, { ...task, claimed, previousUid: session.previousUid });
  const known = outcome.targetUid;
  return {
    ...worker,
    task: { ...task, outcomes: merged(task.outcomes, [[index, outcome]]) },
    session:
      known === null ? session : { ...session, previousUid: known, uidFloor: Math.max(session.uidFloor, known + 1) },
  };
}
