/** What is counted: outcomes of copying, evidence of deliveries, findings of a verify pass. */
import * as z from 'zod';
import { count } from './items/primitives.ts';

export const outcomes = ['copied', 'present', 'skipped', 'quarantined', 'gone'] as const;
export type Outcome = (typeof outcomes)[number];
export const Counts = z.object({
  /** Messages the source holds, as of the last plan. */
  source: count,
  copied: count,
  present: count,
  skipped: count,
  quarantined: count,
  gone: count,
  /** Octets of copied messages. */
  bytes: count,
});
export type Counts = z.infer<typeof Counts>;

/** Messages that a limit leaves out. */
export const OverLimit = z.object({ messages: count, bytes: count });
export type OverLimit = z.infer<typeof OverLimit>;

/** How the deliveries of a mailbox are known, in messages; what a pass without a second reading rests on. */
export const Evidence = z.object({
  acknowledged: count,
  adopted: count,
  counted: count,
  matched: count,
  /** Adopted or matched by their header, where the target rewrites. */
  byHeaders: count,
});
export type Evidence = z.infer<typeof Evidence>;

/** Last word of a verify pass on one message that the source listed. */
export const findings = [
  /** Octets and date; flags are counted apart. */
  'equal',
  /** Equal once a named repair (of octets, of an impossible date) is done to what the source holds. */
  'repaired',
  /**
   * Other octets, and the same header identity: the target is known to rewrite, or the ledger says that something had.
   * Nothing is known of the body.
   */
  'rewritten',
  'other-octets',
  'other-date',
  /** Delivered, and no longer where it was put: moved or deleted at the target. */
  'removed',
  /** Expunged at the source since it was listed. */
  'gone',
  'source-unreadable',
  'target-unreadable',
  /** Skipped or quarantined, as the ledger says. */
  'left-out',
  /** No ledger speaks of it. */
  'not-copied',
] as const;
export type Finding = (typeof findings)[number];

/** What a verify pass came to, for one window, folder or mailbox. */
export const Tally = z.object({
  /** Messages that the source listed, by the ledger's outcome; what is `not-copied` has none. */
  counts: Counts,
  findings: z.partialRecord(z.enum(findings), count),
  /** Of those with equal octets: other flags at the target than at the source. */
  otherFlags: count,
  /** Octets that were read of both sides. */
  readBytes: count,
});
export type Tally = z.infer<typeof Tally>;

export const Verified = Tally.extend({
  /** Ledger rows whose message the source no longer has. */
  goneAtSource: count,
  /** Folders that could not be read, or not to their end. */
  foldersLeft: count,
});
export type Verified = z.infer<typeof Verified>;
