import { describe, expect, test } from '@jest/globals';
import type { Cipher } from '../../shared/ports/stores.ts';

const context = { batch: 'wave1', mailboxId: 'ada-contoso.com-0123456789' };
const otherMailbox = { ...context, mailboxId: 'bob-contoso.com-0123456789' };
const foreignContexts: Readonly<Record<string, string>>[] = [otherMailbox, { batch: 'wave1' }, {}];
const password = Buffer.from('pässword 😀\0');

/** Rules of `Cipher`. */
export function cipherSuite(name: string, make: () => Promise<Cipher>): void {
  describe(`${name}: cipher`, () => {
    test('what was sealed opens under the same context', async () => {
      const cipher = await make();
      const sealed = await cipher.encrypt(password, context);
      expect(Buffer.from(await cipher.decrypt(sealed, context))).toEqual(password);
    });

    test('it does not open for another mailbox, nor for none', async () => {
      const cipher = await make();
      const sealed = await cipher.encrypt(password, context);
      for (const foreign of foreignContexts) {
        await expect(cipher.decrypt(sealed, foreign)).rejects.toMatchObject({ code: 'CREDENTIAL_UNREADABLE' });
      }
    });

    test('4,096 octets can be sealed', async () => {
      const cipher = await make();
      const largest = Buffer.alloc(4096, 7);
      const sealed = await cipher.encrypt(largest, context);
      expect(Buffer.from(await cipher.decrypt(sealed, context))).toEqual(largest);
    });
  });
}
