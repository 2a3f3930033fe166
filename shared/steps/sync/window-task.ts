/** What one window works on, and what may become of it. */
import type { PlannedFolder, RowOutcome } from '../../contract/items.ts';
import { limits } from '../../core/protocol/limits.ts';
import type { ErrorCode } from '../../errors.ts';
import type { AppendAnswer } from '../../ports/mail.ts';

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
  /** Rows of which a copy has the header, while nobody knows whether this target rewrites. */
  undecided: Set<number>;
  /**
   * Rows that are in doubt though the window is not: a copy that was there before may be theirs, or another row's, or a
   * command that was refused with others may yet be carried out.
   */
  doubtful: Set<number>;
}

export interface Refusal {
  code: ErrorCode;
  /** Messages that share this answer. */
  together: number;
}

/** Set when the window could not be finished: close the sessions, commit the head, come back later. */
export interface Halt {
  code: ErrorCode;
  waitSeconds: number;
}

export function haltOf(answer: Exclude<AppendAnswer, { kind: 'stored' }>): Halt {
  if (answer.kind === 'lost') return { code: 'CONNECTION_LOST', waitSeconds: limits.lookDelaySeconds };
  return { code: answer.code, waitSeconds: answer.retryAfterSeconds ?? limits.lookDelaySeconds };
}

export const lastWord = (
  outcome: 'gone' | 'skipped' | 'quarantined',
  code: ErrorCode | null,
  doubt: boolean,
): RowOutcome => ({
  outcome,
  targetUid: null,
  evidence: null,
  doubt,
  code,
  sha256: null,
});

/** Target UIDs that rows of the window hold already. */
export const takenUids = (outcomes: ReadonlyMap<number, RowOutcome>): Set<number> =>
  new Set([...outcomes.values()].flatMap((o) => (o.targetUid === null ? [] : [o.targetUid])));
