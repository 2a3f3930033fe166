/** What an OK of the server proves (protocol section 3, step 4). */
import type { TargetUid } from '../../contract/ids.ts';
import type { RowOutcome } from '../../contract/items.ts';

export interface Stored {
  targetUid: TargetUid | null;
  uidValidity: number | null;
}

export interface Expectation {
  uidValidity: number;
  uidFloor: number;
  /** UIDs named before in this folder by us. */
  claimed: ReadonlySet<number>;
  /** UID of the previous acknowledgement on this connection, 0 before the first. */
  previousUid: number;
  doubt: boolean;
}

/**
 * An OK is proof of delivery, also without APPENDUID. Its UID is believed only if it can be right: of this
 * UIDVALIDITY, at or above the floor, rising, not named before (faults F5: APPENDUID lies, answers arrive twice).
 */
export function acknowledged(stored: Stored, expected: Expectation): RowOutcome {
  const { targetUid } = stored;
  const believable =
    targetUid !== null &&
    stored.uidValidity === expected.uidValidity &&
    targetUid >= expected.uidFloor &&
    targetUid > expected.previousUid &&
    !expected.claimed.has(targetUid);
  return {
    outcome: 'copied',
    targetUid: believable ? targetUid : null,
    evidence: believable ? 'acknowledged' : 'counted',
    doubt: expected.doubt,
    code: null,
    sha256: null,
  };
}
