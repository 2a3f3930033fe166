/** The decisions of a verify pass, as tables. */
import { describe, expect, test } from '@jest/globals';
import { FolderKey, SourceUid, TargetUid } from '../../../../shared/contract/ids.ts';
import type { LedgerRow, PlannedFolder, Tally } from '../../../../shared/contract/items.ts';
import type { CopyHalf, DeliveredHalf, VerifyRow } from '../../../../shared/contract/verify.ts';
import { judgePair, judgeRewritten, type Reading, type Side } from '../../../../shared/core/verify/compare.ts';
import { judgeVerified } from '../../../../shared/core/verify/judge-folder.ts';
import { matchHalves } from '../../../../shared/core/verify/match-halves.ts';
import { addTallies, emptyTally, tallyOf } from '../../../../shared/core/verify/tally.ts';
import { verifyRow } from '../../../../shared/core/verify/verify-row.ts';
import { chunkShare, verifyWindowEnd } from '../../../../shared/core/verify/windows.ts';
import { plannedFolder } from '../../../support/planned-folder.ts';

const folder = FolderKey.parse('0123456789abcdef');
const date = '01-Jan-2026 00:00:00 +0000';
const read = (sha256: string | string[], more: Partial<Reading> = {}): Reading => ({
  sha256: typeof sha256 === 'string' ? [sha256] : sha256,
  internalDate: date,
  flags: ['\\Seen'],
  octetCount: 10,
  ...more,
});

describe('one message on both sides', () => {
  const seen = read('a');
  const elsewhere = read('a', { internalDate: '01-Jan-2026 02:00:00 +0200' });
  const later = read('a', { internalDate: '01-Jan-2026 00:00:01 +0000' });
  const [undated, unknown] = [
    read('a', { internalDate: 'x' }),
    read('a', { internalDate: '01-Jan-1970 00:00:00 +0000' }),
  ];
  const impossible = read('a', { internalDate: '31-Feb-2026 00:00:00 +0000' });
  const nearest = read('a', { internalDate: '28-Feb-2026 00:00:00 +0000' });
  const [lower, upper] = [read('a', { flags: ['$x'] }), read('a', { flags: ['\\Recent', '$X'] })];
  test.each<[string, [Side, Side], string, boolean]>([
    ['equal', [seen, seen], 'equal', false],
    ['the same instant in another zone', [elsewhere, seen], 'equal', false],
    ['\\Recent and the case of keywords make no difference', [lower, upper], 'equal', false],
    ['other flags', [seen, read('a', { flags: [] })], 'equal', true],
    ['as repaired', [read(['a', 'b']), read('b')], 'repaired', false],
    ['repaired, but the target holds it as it was', [read(['a', 'b']), seen], 'equal', false],
    ['other octets', [seen, read('b')], 'other-octets', false],
    ['another date', [seen, later], 'other-date', false],
    ['a date that cannot be read stands for the first of 1970', [undated, unknown], 'repaired', false],
    ['and for no other', [undated, seen], 'other-date', false],
    ['an impossible date stands for the nearest one', [impossible, nearest], 'repaired', false],
    ['gone at the source', ['absent', seen], 'gone', false],
    ['gone on both sides', ['absent', 'absent'], 'gone', false],
    ['removed', [seen, 'absent'], 'removed', false],
    ['removed, whatever the source hands out', ['unreadable', 'absent'], 'removed', false],
    ['not handed out by the source', ['unreadable', seen], 'source-unreadable', false],
    ['not handed out by the target', [seen, 'unreadable'], 'target-unreadable', false],
  ])('%s', (_, [source, target], finding, otherFlags) => {
    expect(judgePair(source, target)).toEqual({ finding, otherFlags });
  });
});

describe('one message at a target that rewrites', () => {
  const keys = (source: string | null, target: string | null) => ({ source, target });
  test.each<[string, [Side, Side], ReturnType<typeof keys>, string]>([
    ['equal headers take the place of octets', [read('a'), read('b')], keys('h', 'h'), 'rewritten'],
    ['other headers are another message', [read('a'), read('b')], keys('h', 'i'), 'other-octets'],
    ['a header that identifies nothing proves nothing', [read('a'), read('b')], keys(null, null), 'other-octets'],
    ['equal octets need no headers', [read('a'), read('a')], keys(null, null), 'equal'],
    ['what is gone is gone', [read('a'), 'absent'], keys('h', 'h'), 'removed'],
  ])('%s', (_, [source, target], of, finding) => {
    expect(judgeRewritten(source, target, of).finding).toBe(finding);
  });
});

describe('delivered messages without a known UID', () => {
  const half = (uid: number, sha256: string, internalDate = date): DeliveredHalf => ({
    sourceUid: SourceUid.parse(uid),
    outcome: 'copied',
    sizeBytes: 1,
    internalDate,
    flags: [],
    sha256: [sha256],
    dateRepaired: false,
    headerKey: null,
  });
  const copy = (uid: number, sha256: string | null, internalDate = date): CopyHalf => ({
    targetUid: TargetUid.parse(uid),
    sizeBytes: 1,
    internalDate,
    flags: [],
    sha256,
    headerKey: null,
  });
  const later = '02-Jan-2026 00:00:00 +0000';
  const cases: [string, DeliveredHalf[], CopyHalf[], string[]][] = [
    ['each has its copy', [half(1, 'a'), half(2, 'b')], [copy(9, 'b'), copy(8, 'a')], ['1 equal 8', '2 equal 9']],
    [
      'twins have as many as they are',
      [half(1, 'a'), half(2, 'a')],
      [copy(8, 'a'), copy(9, 'a')],
      ['1 equal 8', '2 equal 9'],
    ],
    ['one of the twins was removed', [half(1, 'a'), half(2, 'a')], [copy(9, 'a')], ['1 equal 9', '2 removed -']],
    ['equal octets of another instant are another message', [half(1, 'a')], [copy(9, 'a', later)], ['1 removed -']],
    ['what is left at that instant may be it, altered', [half(1, 'a')], [copy(9, 'b')], ['1 other-octets 9']],
    ['or unreadable', [half(1, 'a')], [copy(9, null)], ['1 target-unreadable 9']],
    [
      'one suspect speaks for one message',
      [half(1, 'a'), half(2, 'a')],
      [copy(9, 'b')],
      ['1 other-octets 9', '2 removed -'],
    ],
    ['foreign copies are nobody’s', [half(1, 'a')], [copy(8, 'z'), copy(9, 'a')], ['1 equal 9']],
    ['as repaired', [{ ...half(1, 'a'), sha256: ['a', 'r'] }], [copy(9, 'r')], ['1 repaired 9']],
    [
      'rewritten, with the same header',
      [{ ...half(1, 'a'), headerKey: 'h' }],
      [{ ...copy(9, 'b'), headerKey: 'h' }],
      ['1 rewritten 9'],
    ],
    [
      'octets go before headers',
      [
        { ...half(1, 'a'), headerKey: 'h' },
        { ...half(2, 'b'), headerKey: 'h' },
      ],
      [
        { ...copy(8, 'b'), headerKey: 'h' },
        { ...copy(9, 'c'), headerKey: 'h' },
      ],
      ['2 equal 8', '1 rewritten 9'],
    ],
    ['with a repaired date', [{ ...half(1, 'a'), dateRepaired: true }], [copy(9, 'a')], ['1 repaired 9']],
  ];
  test.each(cases)('%s', (_, delivered, copies, expected) => {
    const found = (d: DeliveredHalf[], c: CopyHalf[]): string[] =>
      matchHalves(d, c).map((line) => `${line.sourceUid} ${line.finding} ${line.targetUid ?? '-'}`);
    expect(found(delivered, copies)).toEqual(expected);
    // Windows may be read in any order.
    expect(found(delivered.toReversed(), copies.toReversed())).toEqual(expected);
  });
});

describe('a row', () => {
  const message = { uid: SourceUid.parse(1), internalDate: date, sizeBytes: 10, flags: [] };
  const ledger: LedgerRow = {
    sourceUid: SourceUid.parse(1),
    outcome: 'copied',
    targetUid: TargetUid.parse(7),
    evidence: 'acknowledged',
    doubt: false,
    code: null,
    sha256: null,
    internalDate: date,
    sizeBytes: 10,
    flags: [],
    vanished: false,
    doubtSince: null,
  };
  test.each<[string, LedgerRow | null, boolean, Partial<VerifyRow>]>([
    ['of a delivered message names its copy', ledger, true, { outcome: 'copied', targetUid: TargetUid.parse(7) }],
    ['after a renumbering names none', ledger, false, { outcome: 'copied', targetUid: null }],
    ['of what no ledger knows has no outcome', null, true, { outcome: null, targetUid: null }],
    [
      'of what was gone and is listed has none either',
      { ...ledger, outcome: 'gone', targetUid: null },
      true,
      { outcome: null },
    ],
    [
      'of what was left out keeps the reason',
      { ...ledger, outcome: 'skipped', targetUid: null, code: 'MESSAGE_TOO_LARGE' },
      true,
      { outcome: 'skipped', code: 'MESSAGE_TOO_LARGE' },
    ],
  ])('%s', (_, row, uidsCount, expected) => {
    expect(verifyRow(folder, message, { row, uidsCount })).toMatchObject(expected);
  });
});

describe('windows and chunks', () => {
  const row = (sizeBytes: number, of = folder): VerifyRow => ({
    folder: of,
    sourceUid: SourceUid.parse(1),
    targetUid: null,
    internalDate: date,
    sizeBytes,
    outcome: 'copied',
    code: null,
  });
  const other = FolderKey.parse('fedcba9876543210');
  const MB = 1024 * 1024;
  test.each<[string, VerifyRow[], number, number]>([
    ['1,000 rows', Array.from({ length: 1_500 }, () => row(1)), 0, 1_000],
    ['the rest of them', Array.from({ length: 1_500 }, () => row(1)), 1_000, 1_500],
    ['32 MB', [row(20 * MB), row(12 * MB), row(1)], 0, 2],
    ['one message of any size', [row(500 * MB), row(1)], 0, 1],
    ['one folder', [row(1), row(1, other)], 0, 1],
  ])('a window holds %s', (_, rows, from, end) => {
    expect(verifyWindowEnd(rows, from)).toBe(end);
  });

  test.each<[number, number]>([
    [10, 500],
    [20_000, 2_500],
    [100_000, 5_000],
    [500_000, 13_750],
  ])('of %d rows a chunk takes %d, so that 40 are enough', (rows, share) => {
    expect(chunkShare({ rows, bytes: 0 }, 40).rows).toBe(share);
    expect(Math.ceil(rows / share)).toBeLessThanOrEqual(40);
  });
});

describe('a folder', () => {
  const planned = (expectedRows: number, failure: PlannedFolder['failure'] = null): PlannedFolder => ({
    ...plannedFolder(folder, expectedRows),
    failure,
  });
  const failure = { code: 'FOLDER_UNREADABLE', message: 'no' } as const;
  test.each<[string, PlannedFolder, Tally['findings'], string | null]>([
    ['all equal', planned(3), { equal: 3 }, null],
    [
      'equal, repaired, removed, left out, gone',
      planned(5),
      { equal: 1, repaired: 1, removed: 1, 'left-out': 1, gone: 1 },
      null,
    ],
    ['one without a finding', planned(4), { equal: 3 }, 'The source listed 4 messages, 3 have a finding.'],
    ['one finding too many', planned(2), { equal: 3 }, 'The source listed 2 messages, 3 have a finding.'],
    ['not copied', planned(3), { equal: 2, 'not-copied': 1 }, '1 message not at the target yet.'],
    [
      'damage is named first',
      planned(3),
      { 'not-copied': 2, 'other-octets': 1 },
      '1 message with other octets at the target, 2 messages not at the target yet.',
    ],
    ['not readable at all', planned(0, failure), {}, 'no'],
  ])('%s', (_, plan, findings, message) => {
    expect(judgeVerified(plan, { ...emptyTally, findings })?.message ?? null).toBe(message);
  });

  test('adds up whatever its windows were', () => {
    const line = (finding: 'equal' | 'gone' | 'not-copied' | 'removed', outcome: 'copied' | null) =>
      tallyOf(
        {
          sourceUid: SourceUid.parse(1),
          targetUid: null,
          internalDate: date,
          sizeBytes: 5,
          outcome,
          code: null,
          finding,
          otherFlags: finding === 'equal',
        },
        7,
      );
    const all = [line('equal', 'copied'), line('gone', 'copied'), line('not-copied', null), line('removed', 'copied')];
    const sum = addTallies(all);
    expect(sum).toEqual({
      counts: { source: 4, copied: 2, present: 0, skipped: 0, quarantined: 0, gone: 1, bytes: 10 },
      findings: { equal: 1, gone: 1, 'not-copied': 1, removed: 1 },
      otherFlags: 1,
      readBytes: 28,
    });
    expect(addTallies([addTallies(all.slice(0, 1)), addTallies(all.slice(1))])).toEqual(sum);
  });
});
