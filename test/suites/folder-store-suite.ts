import { describe, expect, test } from '@jest/globals';
import { FolderKey, MailboxId } from '../../shared/contract/ids.ts';
import type { FolderRecord } from '../../shared/contract/items.ts';
import type { FolderStore } from '../../shared/ports/stores.ts';

const mailbox = { batch: 'wave1', mailboxId: MailboxId.parse('ada-contoso.com-0123456789') };
const otherMailbox = { ...mailbox, mailboxId: MailboxId.parse('bob-contoso.com-0123456789') };
const inbox = FolderKey.parse('0123456789abcdef');
const sent = FolderKey.parse('fedcba9876543210');

const folderRecord = (folderKey: FolderKey, rowCount = 0): FolderRecord => ({
  folderKey,
  sourcePath: 'Gesendete Objekte\u2028#STRAY#"',
  targetPath: '送信済み',
  checkpoint: { uidValidity: 4_294_967_295, uidNext: 1, messageCount: 0, highestModSeq: '18446744073709551615' },
  targetUidValidity: 1,
  ledger: { bucket: 'data', key: 'ledgers/x' },
  sequence: 1,
  rowCount,
  openDoubts: 0,
});

/** Rules of `FolderStore`; `make` gives an empty one. */
export function folderStoreSuite(name: string, make: () => Promise<FolderStore>): void {
  describe(`${name}: folders`, () => {
    test('a mailbox without a watermark has no folders', async () => {
      const store = await make();
      expect(await store.list(mailbox)).toEqual([]);
    });

    test('folders are read as they were put, whatever their names hold', async () => {
      const store = await make();
      await store.put(mailbox, folderRecord(sent));
      await store.put(mailbox, folderRecord(inbox));
      expect(await store.list(mailbox)).toEqual([folderRecord(inbox), folderRecord(sent)]);
    });

    test('the last put of a folder wins', async () => {
      const store = await make();
      await store.put(mailbox, folderRecord(inbox, 1));
      await store.put(mailbox, folderRecord(inbox, 2));
      expect(await store.list(mailbox)).toEqual([folderRecord(inbox, 2)]);
    });

    test('mailboxes and batches are kept apart', async () => {
      const store = await make();
      await store.put(mailbox, folderRecord(inbox));
      expect(await store.list(otherMailbox)).toEqual([]);
      expect(await store.list({ ...mailbox, batch: 'wave2' })).toEqual([]);
    });
  });
}
