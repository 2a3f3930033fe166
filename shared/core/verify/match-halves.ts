/**
 * Delivered messages without a known target UID (no UIDPLUS, a renumbered target) against the copies that no ledger
 * row names: by octets and INTERNALDATE instant, as often as there are copies; then, where the target rewrites, by
 * header identity.
 */
import type { CopyHalf, DeliveredHalf, VerifyLine } from '../../contract/verify.ts';
import { identityOf, instantKey } from '../identity.ts';
import { flagsDiffer } from './compare.ts';

/** In ascending order of UIDs on both sides, so that the same readings lead to the same findings. */
export function matchHalves(delivered: readonly DeliveredHalf[], copies: readonly CopyHalf[]): VerifyLine[] {
  const free = new Set([...copies].sort((a, b) => a.targetUid - b.targetUid));
  const rows = [...delivered].sort((a, b) => a.sourceUid - b.sourceUid);
  const byOctets = matchBy(rows, free, {
    ofCopy: ({ sha256, internalDate }) => (sha256 === null ? null : identityOf(sha256, internalDate)),
    ofRow: ({ sha256, internalDate }) => sha256.map((hash) => identityOf(hash, internalDate)),
    finding: ({ dateRepaired }, as) => (as === 0 && !dateRepaired ? 'equal' : 'repaired'),
  });
  const byHeaders = matchBy(byOctets.left, free, {
    ofCopy: ({ headerKey }) => headerKey,
    ofRow: ({ headerKey }) => (headerKey === null ? [] : [headerKey]),
    finding: () => 'rewritten',
  });
  return [...byOctets.lines, ...byHeaders.lines, ...unmatched(byHeaders.left, free)];
}

interface Likeness {
  ofCopy: (copy: CopyHalf) => string | null;
  ofRow: (row: DeliveredHalf) => readonly string[];
  finding: (row: DeliveredHalf, as: number) => VerifyLine['finding'];
}

/** Copies that are taken leave `free`. */
function matchBy(rows: readonly DeliveredHalf[], free: Set<CopyHalf>, like: Likeness) {
  const byKey = new Map<string, CopyHalf[]>();
  for (const copy of free) {
    const key = like.ofCopy(copy);
    if (key !== null) push(byKey, key, copy);
  }
  const lines: VerifyLine[] = [];
  const left: DeliveredHalf[] = [];
  for (const row of rows) {
    const keys = like.ofRow(row);
    const as = keys.findIndex((key) => (byKey.get(key)?.length ?? 0) > 0);
    const key = keys[as];
    const copy = key === undefined ? undefined : byKey.get(key)?.shift();
    if (!copy) left.push(row);
    else {
      free.delete(copy);
      const otherFlags = flagsDiffer(row.flags, copy.flags);
      lines.push({ ...lineOf(row), targetUid: copy.targetUid, finding: like.finding(row, as), otherFlags });
    }
  }
  return { lines, left };
}

/**
 * Delivery is proven, so what has no copy was removed. But while an instant has copies to spare, one of them may be
 * the message with other octets: then that is said, because a removal would be called complete.
 */
function unmatched(left: readonly DeliveredHalf[], spare: ReadonlySet<CopyHalf>): VerifyLine[] {
  const suspects = new Map<string, CopyHalf[]>();
  for (const copy of spare) push(suspects, instantKey(copy.internalDate), copy);
  return left.map((half) => {
    const suspect = suspects.get(instantKey(half.internalDate))?.shift();
    if (!suspect) return { ...lineOf(half), targetUid: null, finding: 'removed', otherFlags: false };
    const finding = suspect.sha256 === null ? 'target-unreadable' : 'other-octets';
    return { ...lineOf(half), targetUid: suspect.targetUid, finding, otherFlags: false };
  });
}

const lineOf = ({ sourceUid, internalDate, sizeBytes, outcome }: DeliveredHalf) => ({
  sourceUid,
  internalDate,
  sizeBytes,
  outcome,
  code: null,
});

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const same = map.get(key);
  if (same) same.push(value);
  else map.set(key, [value]);
}
