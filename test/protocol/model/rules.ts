/**
 * What the explored protocol is made of: the functions that ship, and the order of effects that the steps give them.
 * A variant replaces one of them to show what it prevents.
 */
import type { ChunkCondition } from '../../../shared/ports/stores.ts';
import type { ChunkRecord } from '../../../shared/contract/items.ts';
import { identityOf } from '../../../shared/core/identity.ts';
import { cutChunks } from '../../../shared/core/plan/cut-chunks.ts';
import { needsRecount } from '../../../shared/core/plan/decide-folder.ts';
import { withoutTwinsOf } from '../../../shared/core/plan/hold-back.ts';
import { acknowledged } from '../../../shared/core/protocol/acknowledge.ts';
import {
  claimChunk,
  commitHead,
  isMine,
  openWindow,
  release,
  type Transition,
} from '../../../shared/core/protocol/chunk.ts';
import { borneOut, claimsOn } from '../../../shared/core/protocol/claims.ts';
import { finalHead, inDoubt, toCommit, withoutUid } from '../../../shared/core/protocol/head.ts';
import { ambiguousRows, matchHeaders, similarRivals } from '../../../shared/core/protocol/by-headers.ts';
import { matchCandidates } from '../../../shared/core/protocol/present.ts';
import { learnRewrites, type RivalRow } from '../../../shared/core/protocol/rivals.ts';
import { withoutFalseUids } from '../../../shared/core/settle/false-uids.ts';
import { assignCopies, lookFrom, outcomesOf } from '../../../shared/core/protocol/look-up.ts';
import { judgeFolder, mergeLedger, withoutDoubleClaims } from '../../../shared/core/settle/ledger.ts';
import { countSurplus, findSurplus } from '../../../shared/core/settle/surplus.ts';
import { carriedOf } from '../../../shared/steps/plan/carried.ts';

/** Source UIDs of smaller circles than the folder. */
export interface Within {
  window: readonly number[];
  chunk: readonly number[];
  plan: readonly number[];
}

export type PartsRule = 'between commits' | 'before its commit' | 'by its writer only';
const partsRule = (rule: PartsRule): PartsRule => rule;

export const shipped = {
  claimChunk,
  openWindow,
  commitHead,
  release,
  isMine,
  acknowledged,
  finalHead,
  inDoubt,
  toCommit,
  withoutUid,
  lookFrom,
  claimsOn,
  borneOut,
  assignCopies,
  outcomesOf,
  similarRivals,
  ambiguousRows,
  matchHeaders,
  matchCandidates,
  learnRewrites,
  identityOf,
  cutChunks,
  withoutTwinsOf,
  needsRecount,
  carriedOf,
  mergeLedger,
  withoutFalseUids,
  judgeFolder,
  withoutDoubleClaims,
  findSurplus,
  countSurplus,
  /** What a chunk store does with a condition (suites/chunk-store-suite.ts proves it of each store). */
  permits: (stored: ChunkRecord, { condition }: Transition): boolean => meets(stored, condition),
  /** send-rows.ts: nothing of this worker is in flight when it looks. */
  drains: true,
  /** copy-window.ts: what was refused together and is sent again, is in doubt. */
  marksRepeats: true,
  /** rivals.ts: every row of the folder, of whatever chunk and pass. */
  rivalsAmong: (rivals: readonly RivalRow[], _within: Within): readonly RivalRow[] => rivals,
  /** doubt.ts: they are read before the FETCH, so that what is finished meanwhile still counts as open. */
  rivalsBeforeFetch: true,
  /** doubt.ts: claims are read after the FETCH. */
  claimsAfterFetch: true,
  /** commit-window.ts: the ledger part of a commit is written between it and the next, by whoever comes to that. */
  parts: partsRule('between commits'),
};

type Widened<T> = { [K in keyof T]: T[K] extends boolean ? boolean : T[K] };
export type Rules = Widened<typeof shipped>;

export function meets(stored: ChunkRecord, condition: ChunkCondition): boolean {
  const { fence, owner = stored.owner, renewal = stored.renewal } = condition;
  const { committed = stored.committed, sequence = stored.sequence } = condition;
  return (
    stored.fence === fence &&
    stored.owner === owner &&
    stored.renewal === renewal &&
    stored.committed === committed &&
    stored.sequence === sequence
  );
}
