/**
 * Delivered messages without a known target UID (no UIDPLUS, a renumbered target) against the copies that no ledger
 * row names: by octets and INTERNALDATE instant, as often as there are copies.
 */
import type { CopyHalf, DeliveredHalf, VerifyLine } from '../../contract/verify.ts';
import { identityOf, instantKey } from '../identity.ts';
import { flagsDiffer } from './compare.ts';

/** In ascending order of UIDs on both sides, so that the same readings lead to the same findings. */
export function matchHalves(delivered: readonly DeliveredHalf[], copies: readonly CopyHalf[]): VerifyLine[] {
  const free = new Map<string, CopyHalf[]>();
  for (const copy of [...copies].sort((a, b) => a.targetUid - b.targetUid)) {
    if (copy.sha256 !== null) push(free, identityOf(copy.sha256, copy.internalDate), copy);
  }
  const taken = new Set<CopyHalf>();
  const lines: VerifyLine[] = [];
  const left: DeliveredHalf[] = [];
  for (const half of [...delivered].sort((a, b) => a.sourceUid - b.sourceUid)) {
    const as = half.sha256.findIndex((sha256) => free.get(identityOf(sha256, half.internalDate))?.length);
    const sha256 = half.sha256[as];
    const copy = sha256 === undefined ? undefined : free.get(identityOf(sha256, half.internalDate))?.shift();
    if (!copy) left.push(half);
    else {
      taken.add(copy);
      const otherFlags = flagsDiffer(half.flags, copy.flags);
      const finding = as === 0 && !half.dateRepaired ? 'equal' : 'repaired';
      lines.push({ ...lineOf(half), targetUid: copy.targetUid, finding, otherFlags });
    }
  }
  return [
    ...lines,
    ...unmatched(
      left,
      copies.filter((copy) => !taken.has(copy)),
    ),
  ];
}

/**
 * Delivery is proven, so what has no copy was removed. But while an instant has copies to spare, one of them may be
 * the message with other octets: then that is said, because a removal would be called complete.
 */
function unmatched(left: readonly DeliveredHalf[], spare: readonly CopyHalf[]): VerifyLine[] {
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
