import { explore, type Exploration, type Step, type Wishes } from './checker.ts';
import { limits } from '../../../shared/core/protocol/limits.ts';
import { modelOf } from './model.ts';
import type { Instance } from './setting.ts';
import type { State } from './state.ts';

/** Explores one instance under windows of its size. */
export function exploreInstance(instance: Instance, wishes: Wishes): Exploration<State> {
  const { windowRows, windowBytes } = limits;
  Object.assign(limits, { windowRows: instance.windowRows, windowBytes: Infinity });
  try {
    return explore(modelOf(instance), wishes);
  } finally {
    Object.assign(limits, { windowRows, windowBytes });
  }
}

/** A trace for people: what happens, and what lies at the target then. */
export function told(trace: readonly Step<State>[]): string[] {
  return trace.map(({ label, state }, i) => `${String(i + 1).padStart(2)}. ${label.padEnd(64)} ${situation(state)}`);
}

function situation({ target, chunks, folder, pass }: State): string {
  const copies = target.copies.map(
    ({ uid, message, ours, there }) => `${uid}:${ours ? 'm' : 'f'}${message}${there ? '' : ' (taken)'}`,
  );
  const records = chunks.map(({ record }) => {
    const { committed, open } = record;
    return `${committed}${open ? ` open to ${open.to}, floor ${open.uidFloor}, attempt ${open.attempts}` : ''}`;
  });
  const ledger = folder.ledger.map((row) => `${row.outcome}@${row.targetUid ?? '-'}${row.doubt ? '?' : ''}`);
  const verdict = pass.verdict ? ` ${pass.verdict.verdict}, surplus ${pass.verdict.surplus}` : '';
  return `target{${copies.join(' ')}} committed{${records.join(' | ')}} ledger{${ledger.join(' ')}}${verdict}`;
}
