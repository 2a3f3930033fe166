import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MailboxId } from '../../../shared/contract/ids.ts';
import { mailboxIdOf } from '../../../shared/core/mailbox-id.ts';
import { passIdOf } from '../../../shared/core/batch/pass-name.ts';
import { intervalMs, nextDueAt } from '../../../shared/core/schedule.ts';

describe('a mailbox id', () => {
  test.each([
    ['ada@contoso.com', /^ada-contoso\.com-[0-9a-f]{10}$/],
    ['ADA@Contoso.com', /^ada-contoso\.com-[0-9a-f]{10}$/],
    ['νίκος@παράδειγμα.gr', /^gr-[0-9a-f]{10}$/],
    ['@', /^mailbox-[0-9a-f]{10}$/],
    [`${'x'.repeat(200)}@y.z`, /^x{41}-[0-9a-f]{10}$/],
  ])('of %s is readable where it can be', (address, id) => {
    expect(mailboxIdOf(address)).toMatch(id);
  });

  test('is safe in keys for any text, and different for different addresses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(MailboxId.safeParse(mailboxIdOf(a)).success).toBe(true);
        const same = a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();
        expect(mailboxIdOf(a) === mailboxIdOf(b)).toBe(same);
      }),
    );
  });
});

describe('the name of an execution', () => {
  test('stays within 80 characters and says what it is', () => {
    const request = {
      batch: 'b'.repeat(40),
      origin: 'Κύμα 1 — everyone in the office',
      pass: 'incremental',
      distinct: 'x',
    } as const;
    expect(passIdOf(request)).toMatch(/^b{40}-1everyoneinthe.*-incremental-[0-9a-f]{8}$/);
    expect(passIdOf(request).length).toBeLessThanOrEqual(80);
    expect(passIdOf({ ...request, distinct: 'y' })).not.toBe(passIdOf(request));
  });
});

describe('an interval', () => {
  test.each([
    ['15m', 900_000],
    ['30 min', 1_800_000],
    ['6h', 21_600_000],
    ['1d', 86_400_000],
  ])('%s is %d ms', (text, ms) => {
    expect(intervalMs(text)).toBe(ms);
    expect(nextDueAt({ endedAtMs: 1, every: text })).toBe(1 + ms);
  });
});
