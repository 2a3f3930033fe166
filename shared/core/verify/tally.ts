/** Adds up what a verify pass finds. */
import { findings, type Counts, type Finding, type Tally } from '../../contract/items.ts';
import type { VerifyLine } from '../../contract/verify.ts';
import { addCounts } from '../settle/verdict.ts';

export const emptyTally: Tally = { counts: addCounts([]), findings: {}, otherFlags: 0, readBytes: 0 };

/** One listed message with its finding. */
export function tallyOf(line: VerifyLine, readBytes: number): Tally {
  return {
    counts: countsOf(line),
    findings: { [line.finding]: 1 },
    otherFlags: line.otherFlags ? 1 : 0,
    readBytes,
  };
}

/** What went between listing and reading is `gone`, whatever the ledger says of it; what is not copied has no outcome. */
function countsOf({ finding, outcome, sizeBytes }: VerifyLine): Counts {
  const counted = finding === 'gone' ? 'gone' : finding === 'not-copied' ? null : outcome;
  return {
    ...emptyTally.counts,
    source: 1,
    ...(counted === null ? {} : { [counted]: 1 }),
    bytes: counted === 'copied' ? sizeBytes : 0,
  };
}

export function addTallies(all: readonly Tally[]): Tally {
  const sums: Partial<Record<Finding, number>> = {};
  for (const tally of all) {
    for (const finding of findingsOf(tally)) sums[finding] = (sums[finding] ?? 0) + found(tally, finding);
  }
  return {
    counts: addCounts(all.map((tally) => tally.counts)),
    findings: sums,
    otherFlags: all.reduce((sum, tally) => sum + tally.otherFlags, 0),
    readBytes: all.reduce((sum, tally) => sum + tally.readBytes, 0),
  };
}

export const found = (tally: Pick<Tally, 'findings'>, ...which: Finding[]): number =>
  which.reduce((sum, finding) => sum + (tally.findings[finding] ?? 0), 0);

/** Findings of messages that were read on both sides. */
export const comparedFindings = [
  'equal',
  'repaired',
  'rewritten',
  'other-octets',
  'other-date',
] as const satisfies Finding[];

/** Messages that have a finding: all that were listed, or something was left out. */
export const spokenOf = (tally: Tally): number => found(tally, ...findingsOf(tally));

const findingsOf = (tally: Tally): Finding[] => findings.filter((finding) => tally.findings[finding] !== undefined);
