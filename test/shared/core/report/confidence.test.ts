import { describe, expect, test } from '@jest/globals';
import type { Evidence, Verified } from '../../../../shared/contract/items.ts';
import { confidenceOf } from '../../../../shared/core/report/confidence.ts';
import { noCounts } from './samples.ts';

const nothing: Verified = {
  counts: noCounts,
  findings: {},
  otherFlags: 0,
  readBytes: 0,
  goneAtSource: 0,
  foldersLeft: 0,
};

const counts = (source: number, more: Partial<Verified['counts']> = {}): Verified['counts'] => ({
  ...noCounts,
  source,
  copied: source,
  ...more,
});

describe('a verify pass says', () => {
  test.each<[string, Partial<Verified> | null, string]>([
    [
      'that all is equal, and what the target’s users did',
      { counts: counts(1_234), findings: { equal: 1_231, removed: 3 } },
      '1,231 of 1,234 messages read again on both sides: octets (sha256), date and flags equal. 3 removed at the target after delivery.',
    ],
    [
      'what differs, kind by kind',
      {
        counts: counts(10),
        findings: { equal: 6, repaired: 1, 'other-octets': 2, 'other-date': 1 },
        otherFlags: 4,
      },
      '10 of 10 messages read again on both sides: 6 equal in octets (sha256) and date, 1 equal after a named repair, 2 with other octets, 1 with another date, 4 with other flags.',
    ],
    [
      'of which only headers are equal, and that their bodies were not compared',
      { counts: counts(9), findings: { equal: 5, rewritten: 4 } },
      '9 of 9 messages read again on both sides: 5 equal in octets (sha256) and date, 4 equal in headers and date only (the copy was rewritten, its body was not compared).',
    ],
    [
      'what could not be read',
      { counts: counts(4), findings: { equal: 2, 'target-unreadable': 1, 'source-unreadable': 1 } },
      '2 of 4 messages read again on both sides: octets (sha256), date and flags equal. 1 not handed out by the target. 1 not handed out by the source.',
    ],
    [
      'what need not be at the target',
      {
        counts: counts(10, { copied: 5, skipped: 1, quarantined: 1, gone: 1 }),
        findings: { equal: 5, 'left-out': 2, gone: 1, 'not-copied': 2 },
        goneAtSource: 7,
      },
      '5 of 5 messages read again on both sides: octets (sha256), date and flags equal. 2 not copied yet. 2 left out before, with a reason. 1 gone at the source meanwhile. 7 delivered earlier and no longer at the source.',
    ],
    [
      'of half a pass that it is half',
      { counts: counts(1_000), findings: { equal: 400 }, foldersLeft: 1 },
      '400 of 1,000 messages read again on both sides: octets (sha256), date and flags equal. 1 folder not verified.',
    ],
    ['of an empty mailbox that there was nothing to read', {}, 'No message had to be read again.'],
    [
      'that all was removed',
      { counts: counts(1), findings: { removed: 1 } },
      '0 of 1 message read again on both sides. 1 removed at the target after delivery.',
    ],
    ['nothing of a mailbox that it could not open', null, 'Nothing was read again.'],
  ])('%s', (_, verified, sentence) => {
    expect(confidenceOf({ pass: 'verify', evidence: null, verified: verified && { ...nothing, ...verified } })).toBe(
      sentence,
    );
  });
});

describe('a pass that reads nothing again says what its word rests on', () => {
  const none: Evidence = { acknowledged: 0, adopted: 0, counted: 0, matched: 0, byHeaders: 0 };
  test.each<[Partial<Evidence> | null, string]>([
    [
      { acknowledged: 1_200, counted: 30, adopted: 3, matched: 1 },
      'Of 1,234 delivered messages 1,200 acknowledged by the target with their UID, 30 acknowledged without a UID, 3 found at the target by content after an answer was lost, 1 there before, recognised by content. Not read again: a verify pass does that.',
    ],
    [
      { acknowledged: 1 },
      'Of 1 delivered message 1 acknowledged by the target with their UID. Not read again: a verify pass does that.',
    ],
    [
      { acknowledged: 2, byHeaders: 1 },
      'Of 3 delivered messages 2 acknowledged by the target with their UID, 1 recognised by headers and date only, because the copy was rewritten. Not read again: a verify pass does that.',
    ],
    [{}, 'No message is delivered.'],
    [null, 'How the deliveries are known was not counted yet.'],
  ])('%j', (evidence, sentence) => {
    const grounds = { evidence: evidence && { ...none, ...evidence }, verified: null };
    for (const pass of ['initial', 'incremental', 'final'] as const) {
      expect(confidenceOf({ pass, ...grounds })).toBe(sentence);
    }
  });

  test('and a preflight claims nothing', () => {
    const evidence = { ...none, acknowledged: 5 };
    expect(confidenceOf({ pass: 'preflight', evidence, verified: null })).toMatch(/nothing was copied/);
  });
});
