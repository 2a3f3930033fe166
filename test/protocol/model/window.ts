/** One window: what is sent, what the answers prove, what is looked up, what is committed. */
import type { RowOutcome } from '../../../shared/contract/items.ts';
import { lastWord } from '../../../shared/steps/sync/window-task.ts';
import { decides, learn } from './learn.ts';
import { looks } from './look.ts';
import { looksForPresent } from './present.ts';
import { answers } from './answers.ts';
import { gone, lookAt, names, rowsOf, withWorker, type At } from './worker.ts';
import { finish, open, openingAt, putFirst, putPart, readBack, repeatPart, write } from './writes.ts';
import { merged, spend, type Task, type Worker } from './state.ts';

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
  if (looksForPresent(at, task, open)) return;
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
