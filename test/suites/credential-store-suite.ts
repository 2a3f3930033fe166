import { describe, expect, test } from '@jest/globals';
import { MailboxId } from '../../shared/contract/ids.ts';
import type { CredentialStore } from '../../shared/ports/stores.ts';

const mailbox = { batch: 'wave1', mailboxId: MailboxId.parse('ada-contoso.com-0123456789') };
const otherBatch = { ...mailbox, batch: 'wave2' };
const first = Uint8Array.from([0, 1, 127, 128, 255]);
const second = Uint8Array.from([9]);

/** Rules of `CredentialStore`; `make` gives an empty one. */
export function credentialStoreSuite(name: string, make: () => Promise<CredentialStore>): void {
  describe(`${name}: credentials`, () => {
    test('a mailbox without a credential has null', async () => {
      const store = await make();
      expect(await store.get(mailbox)).toBeNull();
    });

    test('the octets come back, the newest ones', async () => {
      const store = await make();
      await store.put(mailbox, first);
      expect(Buffer.from((await store.get(mailbox)) ?? [])).toEqual(Buffer.from(first));
      await store.put(mailbox, second);
      expect(Buffer.from((await store.get(mailbox)) ?? [])).toEqual(Buffer.from(second));
    });

    test('a destroyed credential is gone, that of another batch is not', async () => {
      const store = await make();
      await store.put(mailbox, first);
      await store.put(otherBatch, second);
      await store.destroy(mailbox);
      await store.destroy(mailbox);
      expect(await store.get(mailbox)).toBeNull();
      expect(await store.get(otherBatch)).not.toBeNull();
    });
  });
}
