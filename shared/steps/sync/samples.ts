/** Copies from which can be learnt whether a target rewrites. */
import type { SourceUid, TargetUid } from '../../contract/ids.ts';
import type { CopyRow, RowOutcome } from '../../contract/items.ts';

export interface Sample {
  sourceUid: SourceUid;
  targetUid: TargetUid;
  uidValidity: number;
  sizeBytes: number;
}

const mostSamples = 3;
/** Of several; one message is always few enough. Each is read on both sides and hashed. */
const mostSampleBytes = 1024 * 1024;

/** The smallest ones: what a message holds makes no difference. A repaired copy has other octets by our own hand. */
export function keepSample(
  samples: Sample[],
  copy: { row: Pick<CopyRow, 'sourceUid' | 'sizeBytes'>; outcome: RowOutcome; uidValidity: number },
): void {
  const { sourceUid, sizeBytes } = copy.row;
  const { targetUid, evidence, repairs = [] } = copy.outcome;
  if (targetUid === null || evidence !== 'acknowledged' || repairs.length > 0) return;
  samples.push({ sourceUid, targetUid, uidValidity: copy.uidValidity, sizeBytes });
  samples.sort((a, b) => a.sizeBytes - b.sizeBytes);
  samples.length = Math.min(samples.length, mostSamples);
  while (samples.length > 1 && total(samples) > mostSampleBytes) samples.pop();
}

const total = (samples: readonly Sample[]): number => samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
