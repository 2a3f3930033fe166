/** What a state of the model consists of. Everything is plain data and never changed in place. */
import type {
  ChunkRecord,
  FolderRecord,
  LedgerPartRow,
  LedgerRow,
  PlannedFolder,
  RowOutcome,
} from '../../../shared/contract/items.ts';
import type { Verdict } from '../../../shared/contract/workflow.ts';
import type { Claims } from '../../../shared/core/protocol/claims.ts';
import type { Copy } from '../../../shared/core/protocol/look-up.ts';
import type { RivalRow } from '../../../shared/core/protocol/rivals.ts';
import type { Sample } from '../../../shared/steps/sync/samples.ts';

/** A message at the target. `message`: what it is, so twins have the same. */
export interface Stored {
  uid: number;
  message: number;
  ours: boolean;
  /** False: the target's user deleted it or moved it away. */
  there: boolean;
}

export interface Target {
  uidValidity: number;
  uidNext: number;
  copies: readonly Stored[];
}

export interface ChunkState {
  record: ChunkRecord;
  /** Ledger parts by sequence - 1; null: nobody wrote it. */
  parts: readonly (readonly LedgerPartRow[] | null)[];
  /** What was committed, by sequence - 1: only the judge looks at it. */
  truth: readonly (readonly LedgerPartRow[])[];
}

export interface Task {
  from: number;
  to: number;
  uidFloor: number;
  uidValidity: number;
  doubt: boolean;
  outcomes: readonly (readonly [number, RowOutcome])[];
}

export interface Session {
  uidValidity: number;
  uidFloor: number;
  previousUid: number;
}

export interface Refused {
  index: number;
  together: number;
}

export type PlainClaims = Omit<Claims, 'claimed'> & { claimed: readonly number[] };

export interface Look {
  indexes: readonly number[];
  /** Read before the copies are, unless the target is known to keep octets. */
  rivals: { rows: readonly RivalRow[]; samples: readonly Sample[] } | null;
  uidValidity: number;
  copies: readonly Copy[];
  /** Read too early, where that rule is switched off. */
  claims: PlainClaims | null;
}

/** What a written transition leads to. */
export type LeadsTo = 'opened' | 'committed' | 'released';

export interface Worker {
  chunk: number;
  /** The plan it read when it began: a pass that follows is none of its business. */
  plan: Pick<PlannedFolder, 'settledSequence' | 'rematch'>;
  planChunks: readonly number[];
  /** What it does next; `doubt its write`: the answer of a conditional write was lost. */
  at: 'begin' | 'open' | 'rivals' | 'look' | 'judge' | 'work' | 'finish' | 'doubt its write';
  record: ChunkRecord;
  session: Session;
  task: Task | null;
  /** APPEND commands without an answer, each with the rows it carries. */
  sent: readonly (readonly number[])[];
  /** Stored, but the OK is not read yet (only where draining is switched off): row and UID. */
  unread: readonly (readonly [number, number])[];
  refused: readonly Refused[];
  look: Look | null;
  slides: boolean;
  alone: boolean;
  /** What lay at the target before was compared with the rows of this window. */
  matched: boolean;
  /** What was claimed, read before those messages are. */
  claims: PlainClaims | null;
  /** Rows that were sent again after a refusal, or of which a copy may be another row's. */
  doubtful: readonly number[];
  /** What it knows of the target: whether that stores other octets than it is given. */
  rewrites: boolean | null;
  /** Acknowledged copies from which that can be learnt. */
  samples: readonly Sample[];
  /** It reads its samples next, or writes down what it learnt. */
  learns: boolean;
  /** Rows of which a copy has the header, while nobody knows whether this target rewrites. */
  undecided: readonly number[];
  /** The row that is sent first to find out, and whether that was tried in this window. */
  telling: number | 'tried' | null;
  halted: boolean;
  /** The part of its record's last commit is written. */
  put: boolean;
  written: { next: ChunkRecord; leadsTo: LeadsTo } | null;
}

export interface Seen {
  uidValidity: number;
  copies: readonly { uid: number; message: number }[];
}

export interface PassState {
  number: number;
  /** The folder as this pass planned it, and the chunks it drives: its own and carried ones. */
  entry: PlannedFolder;
  chunks: readonly number[];
  /** What the running settle has seen of the target. */
  seen: Seen | null;
  ending: Ending | null;
  /** What the mailbox record says. */
  verdict: Ending | null;
}

export interface Ending {
  verdict: Verdict;
  surplus: number;
  openDoubts: number;
}

export interface FolderState {
  record: FolderRecord | null;
  ledger: readonly LedgerRow[];
  /** Of the mailbox record: the target stores other octets than it is given. */
  rewrites: boolean | null;
}

export const faults = [
  'crash',
  'cut',
  'refuse',
  'halt',
  'takeOver',
  'take',
  'foreign',
  'expunge',
  'rerun',
  'abort',
  'renumber',
  'rest',
  'lostWrite',
  'misname',
] as const;
/** How often each may still happen. */
export type Budget = Readonly<Record<(typeof faults)[number], number>>;

export interface State {
  target: Target;
  /** APPENDs that were sent and not answered: stored at any later time, or never. */
  abandoned: readonly (readonly number[])[];
  /** Source UIDs that the source's user expunged. */
  expunged: readonly number[];
  folder: FolderState;
  pass: PassState;
  budget: Budget;
  chunks: readonly ChunkState[];
  workers: readonly (Worker | null)[];
}

/** A copy of `list` in which `at` is `value`. */
export const withAt = <T>(list: readonly T[], at: number, value: T): T[] =>
  list.map((old, i) => (i === at ? value : old));

export const spend = (state: State, fault: keyof Budget): State => ({
  ...state,
  budget: { ...state.budget, [fault]: state.budget[fault] - 1 },
});

/** Last words so far and new ones, in order of the rows. */
export function merged(outcomes: Task['outcomes'], words: Task['outcomes']): Task['outcomes'] {
  return [...new Map([...outcomes, ...words])].sort(([a], [b]) => a - b);
}

/** Of an abandoned command: equal text, equal command. */
export const textOf = (command: readonly number[]): string => command.join('+');
