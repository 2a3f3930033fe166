import { describe, expect, test } from '@jest/globals';
import { SourceUid, TargetUid } from '../../../../shared/contract/ids.ts';
import type { LedgerRow } from '../../../../shared/contract/items.ts';
import { instantKey } from '../../../../shared/core/identity.ts';
import { otherDates } from '../../../../shared/core/settle/other-dates.ts';
import { outcome } from '../protocol/outcomes.ts';

const told = '01-Jan-2030 00:00:00 +0100';
const row = (sourceUid: number, over: Partial<LedgerRow>): LedgerRow => ({
  ...outcome({ targetUid: TargetUid.parse(sourceUid + 100) }),
  sourceUid: SourceUid.parse(sourceUid),
  internalDate: told,
  sizeBytes: 1,
  flags: [],
  vanished: false,
  doubtSince: null,
  ...over,
});
/** What the target shows under the UID of row 1. */
const shown = (internalDate: string) => ({
  uids: new Set([101]),
  byInstant: new Map([[instantKey(internalDate), [TargetUid.parse(101)]]]),
});

describe('a copy has another date', () => {
  test.each<[string, LedgerRow, string, number[]]>([
    ['if the target shows another instant', row(1, {}), '25-Nov-2026 10:00:00 +0000', [1]],
    ['not if it shows the same in another zone', row(1, {}), '31-Dec-2029 23:00:00 +0000', []],
    ['not if it is no longer there', row(2, {}), '25-Nov-2026 10:00:00 +0000', []],
    ['not if nobody knows which it is', row(1, { targetUid: null }), '25-Nov-2026 10:00:00 +0000', []],
    ['not of a message that was never delivered', row(1, { outcome: 'quarantined' }), '25-Nov-2026 10:00:00 +0000', []],
  ])('%s', (_, ledgerRow, date, uids) => {
    expect([...otherDates([ledgerRow], shown(date))]).toEqual(uids);
  });
});
