import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MailboxId } from '../../../shared/contract/ids.ts';
import { passIdOf } from '../../../shared/core/batch/pass-name.ts';
import { mailboxIdOf } from '../../../shared/core/mailbox-id.ts';

describe('the id of a mailbox', () => {
  const rows: [address: string, id: RegExp][] = [
    ['maria@contoso.gr', /^maria-contoso\.gr-[0-9a-f]{10}$/],
    ['.odd+tag@contoso.gr', /^oddtag-contoso\.gr-[0-9a-f]{10}$/],
    ['νίκος@παράδειγμα.gr', /^gr-[0-9a-f]{10}$/],
    ['@', /^mailbox-[0-9a-f]{10}$/],
    ['νίκος@παράδειγμα', /^mailbox-[0-9a-f]{10}$/],
    [`${'x'.repeat(60)}@contoso.gr`, /^x{41}-[0-9a-f]{10}$/],
  ];
  test.each(rows)('of %s is readable', (address, id) => {
    expect(mailboxIdOf(address)).toMatch(id);
  });

  test('is the same whatever the case and the Unicode form', () => {
    expect(mailboxIdOf('ANDRÉ@Contoso.gr')).toBe(mailboxIdOf('andre\u0301@contoso.gr'));
  });

  test('never changes: stored records are found by it', () => {
    expect(mailboxIdOf('maria@contoso.gr')).toBe('maria-contoso.gr-06be9b781b');
  });

  test('always matches its schema', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (address) => {
        expect(MailboxId.safeParse(mailboxIdOf(address)).success).toBe(true);
      }),
    );
  });

  test('differs for different addresses', () => {
    const key = (address: string): string => address.normalize('NFC').toLowerCase();
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(fc.emailAddress(), fc.string()), { selector: key }), (addresses) => {
        expect(new Set(addresses.map(mailboxIdOf)).size).toBe(addresses.length);
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
