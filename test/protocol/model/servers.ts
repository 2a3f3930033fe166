/** The two servers, and what their users and other senders do. */
import type { Setting } from './setting.ts';
import { spend, textOf, withAt, type State, type Stored } from './state.ts';
import type { Emit } from './worker.ts';

export const nameOf = (setting: Setting, message: number): string =>
  (setting.identities[message] ?? '').replace(/@.*/, '') || `message ${message}`;

export function store(state: State, copy: Pick<Stored, 'message' | 'ours'>): State {
  const { target } = state;
  const stored: Stored = { uid: target.uidNext, ...copy, there: true };
  return { ...state, target: { ...target, uidNext: target.uidNext + 1, copies: [...target.copies, stored] } };
}

export function world(setting: Setting, state: State, emit: Emit): void {
  lands(setting, state, emit);
  users(setting, state, emit);
  if (state.budget.renumber > 0) renumbered(state, emit);
}

/** An APPEND that nobody waits for any more is carried out. */
function lands(setting: Setting, state: State, emit: Emit): void {
  const { abandoned } = state;
  abandoned.forEach((command, i) => {
    if (i > 0 && textOf(abandoned[i - 1] ?? []) === textOf(command)) return;
    let next: State = { ...state, abandoned: abandoned.filter((_, j) => j !== i) };
    for (const message of command) next = store(next, { message, ours: true });
    emit(`an abandoned APPEND lands: ${command.map((m) => nameOf(setting, m)).join(' and ')}`, next, true);
  });
}

function users(setting: Setting, state: State, emit: Emit): void {
  const { target, budget } = state;
  if (budget.take > 0)
    target.copies.forEach((copy, i) => {
      if (!copy.there) return;
      const copies = withAt(target.copies, i, { ...copy, there: false });
      emit(
        `the target's user takes UID ${copy.uid} away`,
        { ...spend(state, 'take'), target: { ...target, copies } },
        true,
      );
    });
  if (budget.foreign > 0)
    for (const message of setting.identities.keys())
      emit(
        `somebody else stores ${nameOf(setting, message)}`,
        store(spend(state, 'foreign'), { message, ours: false }),
        true,
      );
  if (budget.expunge > 0)
    setting.messages.forEach(({ pass = 0 }, i) => {
      const uid = i + 1;
      if (pass > state.pass.number || state.expunged.includes(uid)) return;
      const expunged = [...state.expunged, uid].sort((a, b) => a - b);
      emit(`the source's user expunges message ${uid}`, { ...spend(state, 'expunge'), expunged }, true);
    });
}

/** UIDVALIDITY changes: UIDs are given anew, in the same order or in another. */
function renumbered(state: State, emit: Emit): void {
  const { target } = state;
  const there = target.copies.filter((copy) => copy.there);
  const taken = target.copies.filter((copy) => !copy.there).map((copy) => ({ ...copy, uid: 0 }));
  const orders: [string, readonly Stored[]][] = [
    ['in order', there],
    ['in reverse', [...there].reverse()],
  ];
  for (const [name, order] of there.length > 1 ? orders : orders.slice(0, 1)) {
    const copies = [...taken, ...order.map((copy, i) => ({ ...copy, uid: i + 1 }))];
    const next = { uidValidity: target.uidValidity + 1, uidNext: order.length + 1, copies };
    emit(`the target renumbers its folder ${name}`, { ...spend(state, 'renumber'), target: next }, true);
  }
}
