import type { Counts } from '../../contract/items.ts';
import type { Verdict } from '../../contract/workflow.ts';

const zero: Counts = { source: 0, copied: 0, present: 0, skipped: 0, quarantined: 0, gone: 0, bytes: 0 };

export function addCounts(all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, c) => ({
      source: sum.source + c.source,
      copied: sum.copied + c.copied,
      present: sum.present + c.present,
      skipped: sum.skipped + c.skipped,
      quarantined: sum.quarantined + c.quarantined,
      gone: sum.gone + c.gone,
      bytes: sum.bytes + c.bytes,
    }),
    zero,
  );
}

/** A false "complete" is the one figure that is never traded: any failure, also of a single folder, is `incomplete`. */
export function verdictOf(counts: Counts, failed: boolean): Verdict {
  if (failed) return 'incomplete';
  return counts.skipped + counts.quarantined > 0 ? 'complete with skips' : 'complete';
}
