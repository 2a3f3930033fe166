/** One window: what is sent, what the answers prove, what is looked up, what is committed. */
import { TargetUid } from '../../../shared/contract/ids.ts';
import type { RowOutcome } from '../../../shared/contract/items.ts';
import { lastWord } from '../../../shared/steps/sync/window-task.ts';
import { decides, learn } from './learn.ts';
import { looks } from './look.ts';
import { abandon, disconnected, gone, lookAt, messageAt, rowsOf, withWorker, type At } from './worker.ts';
import { finish, open, openingAt, putFirst, putPart, readBack, repeatPart, write } from './writes.ts';
import { merged, spend, type State, type Task, type Worker } from './state.ts';
import { nameOf, store } from './servers.ts';

/** All that a living worker may do next, and all that may happen to it. */
export function work(at: At): void {
  const { state, w, worker, emit } = at;
  if (state.budget.crash > 0) emit(`worker ${w} crashes`, gone(at, spend(state, 'crash')), true);
  if (worker.learns) return learn(at);
  if (worker.at === 'begin') repeatPart(at);
  if (worker.at === 'open') open(at);
  if (worker.at === 'finish') finish(at);
  if (worker.at === 'doubt its write') readBack(at);
  if (worker.at === 'rivals' || worker.at === 'look' || worker.at === 'judge') looks(at);
  if (worker.at === 'work' && worker.task) inWindow(at, worker.task);
  if (worker.task) answers(at, worker.task);
}

function inWindow(at: At, task: Task): void {
  const { setting, worker } = at;
  const { rules } = setting;
  const drained = worker.sent.length + worker.unread.length === 0;
  const head = rules.finalHead({ ...task, outcomes: new Map(task.outcomes) });
  const isWhole = head.length === task.to - task.from;
  const mayCommit = isWhole || (worker.slides && !worker.halted);
  if (head.length > 0 && (worker.halted ? drained : mayCommit)) commit(at, task, head);
  else if (worker.halted && drained) finish(at);
  if (worker.halted) return;
  const open = todoOf(worker, task);
  if (drained && worker.refused.length === 0 && decides(at, open)) return;
  const todo = typeof worker.telling === 'number' ? [] : open;
  const there = todo.filter((index) => !at.state.expunged.includes(rowsOf(at)[index]?.sourceUid ?? 0));
  const isStopping = worker.slides && worker.refused.length > 0;
  const [first] = there;
  if (first !== undefined && !isStopping) send(at, there);
  else if (worker.refused.length > 0 && (drained || !rules.drains)) lookUpRefused(at);
  else if (drained && todo.length > 0 && first === undefined) missing(at, task, todo);
}

function todoOf(worker: Worker, task: Task): number[] {
  const busy = new Set([
    ...task.outcomes.map(([index]) => index),
    ...worker.sent.flat(),
    ...worker.unread.map(([index]) => index),
    ...worker.refused.map(({ index }) => index),
  ]);
  return Array.from({ length: task.to - task.from }, (_, i) => task.from + i).filter((index) => !busy.has(index));
}

function send(at: At, there: readonly number[]): void {
  const { setting, state, w, worker, emit } = at;
  const command = there.slice(0, setting.together && !worker.alone ? 2 : 1);
  emit(
    `worker ${w} sends ${names(at, command)}`,
    withWorker(state, w, { ...worker, telling: 'tried', sent: [...worker.sent, command] }),
  );
}

const names = (at: At, rows: readonly number[]): string =>
  rows.map((index) => `row ${index} (${nameOf(at.setting, messageAt(at, index))})`).join(' and ');

/** Not handed out by the source, and not there when asked for again. */
function missing(at: At, task: Task, todo: readonly number[]): void {
  const { state, w, worker, emit } = at;
  const words = todo.map((index) => [index, lastWord('gone', null, task.doubt)] as const);
  const next = { ...worker, task: { ...task, outcomes: merged(task.outcomes, words) } };
  emit(`worker ${w} finds ${names(at, todo)} gone at the source`, withWorker(state, w, next));
}

function lookUpRefused(at: At): void {
  const { state, w, worker, emit } = at;
  const indexes = worker.refused.map(({ index }) => index);
  emit(`worker ${w} has drained`, withWorker(state, w, { ...worker, ...lookAt(worker, indexes) }));
}

// ---------------------------------------------------------------- answers

function answers(at: At, task: Task): void {
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

// ---------------------------------------------------------------- commit

/** T4 and T5, sliding included; what is opened with the same write is decided as the steps do. */
function commit(at: At, task: Task, head: readonly RowOutcome[]): void {
  const { setting, w, worker } = at;
  if (putFirst(at)) return;
  const { uidValidity } = worker.session;
  const doubtful = setting.rules.marksRepeats ? worker.doubtful : [];
  const outcomes = head.map((outcome, i) => {
    const doubt = task.doubt || doubtful.includes(task.from + i);
    return setting.rules.toCommit(outcome, { openedUnder: task.uidValidity, uidValidity, doubt });
  });
  const from = task.from + head.length;
  const isStopping = worker.halted || (worker.slides && worker.refused.length > 0);
  const next = isStopping || from >= rowsOf(at).length ? null : openingAt(at, from);
  const transition = setting.rules.commitHead(worker.record, { outcomes, uidValidity, copiedBytes: 0 }, next);
  const tooEarly = setting.parts && setting.rules.parts === 'before its commit' && !worker.put;
  if (tooEarly) {
    const put = withWorker(putPart(at, transition.next), w, { ...worker, put: true });
    at.emit(`worker ${w} writes ledger part ${transition.next.sequence}`, put);
  } else write(at, { transition, leadsTo: 'committed', label: `worker ${w} commits rows [${task.from}, ${from})` });
}
