/** What of an open window is committed, and how: rows are committed as a prefix, and a doubt for ever. */
import type { OpenWindow, RowOutcome } from '../../contract/items.ts';

/** More than one attempt could have stored rows of this window: it is looked at before a byte is sent. */
export const inDoubt = (open: OpenWindow): boolean => open.attempts > 1;

/** The longest run of final rows from the start of the window. */
export function finalHead(task: { from: number; to: number; outcomes: ReadonlyMap<number, RowOutcome> }): RowOutcome[] {
  const head: RowOutcome[] = [];
  for (let index = task.from; index < task.to; index++) {
    const outcome = task.outcomes.get(index);
    if (!outcome) break;
    head.push(outcome);
  }
  return head;
}

export interface CommitContext {
  /** UIDVALIDITY the window was opened under. */
  openedUnder: number;
  /** UIDVALIDITY that the commit names. */
  uidValidity: number;
  /** The window is in doubt, or this row of it. */
  doubt: boolean;
}

/** Doubt is durable (V5); and a UID that was acknowledged under another UIDVALIDITY than the committed one names nothing. */
export function toCommit(outcome: RowOutcome, at: CommitContext): RowOutcome {
  const renumbered = outcome.evidence === 'acknowledged' && at.uidValidity !== at.openedUnder;
  return { ...(renumbered ? withoutUid(outcome) : outcome), doubt: outcome.doubt || at.doubt };
}

/** The target has renumbered: its UID names another message now, or none. That it was delivered stays true. */
export function withoutUid(outcome: RowOutcome): RowOutcome {
  const evidence = outcome.evidence === 'acknowledged' ? 'counted' : outcome.evidence;
  return { ...outcome, targetUid: null, evidence };
}
