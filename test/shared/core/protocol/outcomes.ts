import { TargetUid } from '../../../../shared/contract/ids.ts';
import type { RowOutcome } from '../../../../shared/contract/items.ts';

/** A copied row, unless said otherwise. */
export const outcome = (over: Partial<RowOutcome>): RowOutcome => ({
  outcome: 'copied',
  targetUid: null,
  evidence: 'acknowledged',
  doubt: false,
  code: null,
  sha256: null,
  ...over,
});

export const copied = (uid: number): RowOutcome => outcome({ targetUid: TargetUid.parse(uid) });
