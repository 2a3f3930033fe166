import { describe, expect, test } from '@jest/globals';
import { MailboxId } from '../../shared/contract/ids.ts';
import type { MailboxRecord } from '../../shared/contract/items.ts';
import { newHistory } from '../../shared/core/batch/new-history.ts';
import type { MailboxStore } from '../../shared/ports/stores.ts';

const ada = MailboxId.parse('ada-contoso.com-0123456789');
const bob = MailboxId.parse('bob-contoso.com-0123456789');

const mailboxRecord = (mailboxId: MailboxId): MailboxRecord => ({
  ...newHistory(mailboxId),
  emailAddress: 'ada@contoso.com',
  sourceUser: 'ada',
  targetUser: 'ada@new',
  userRoot: '',
  origin: 'wave1.csv:2',
  updatedAt: '2026-11-24T10:00:00.000Z',
});

async function idsOf(records: AsyncIterable<MailboxRecord>): Promise<MailboxId[]> {
  const ids: MailboxId[] = [];
  for await (const { mailboxId } of records) ids.push(mailboxId);
  return ids;
}

/** Rules of `MailboxStore`; `make` gives an empty one. */
export function mailboxStoreSuite(name: string, make: () => Promise<MailboxStore>): void {
  describe(`${name}: mailboxes`, () => {
    test('an unknown mailbox is null', async () => {
      const store = await make();
      expect(await store.read('wave1', ada)).toBeNull();
      expect(await idsOf(store.list('wave1'))).toEqual([]);
    });

    test('a mailbox is read as it was put', async () => {
      const store = await make();
      await store.put('wave1', mailboxRecord(ada));
      expect(await store.read('wave1', ada)).toEqual(mailboxRecord(ada));
      expect(await store.read('wave2', ada)).toBeNull();
    });

    test('the list is ascending and of one batch, even if another begins with its name', async () => {
      const store = await make();
      await store.put('wave1', mailboxRecord(bob));
      await store.put('wave1', mailboxRecord(ada));
      await store.put('wave11', mailboxRecord(MailboxId.parse('eve-contoso.com-0123456789')));
      expect(await idsOf(store.list('wave1'))).toEqual([ada, bob]);
    });

    test('a list of more than one page is complete', async () => {
      const store = await make();
      const ids = Array.from({ length: 40 }, (_, n) => MailboxId.parse(`user${n + 100}-0123456789`));
      const bulky = { code: 'STUCK', message: 'x'.repeat(1000), hint: 'x'.repeat(50_000) } as const;
      await Promise.all(ids.map((id) => store.put('wave1', { ...mailboxRecord(id), failure: bulky })));
      expect(await idsOf(store.list('wave1'))).toEqual(ids);
    });
  });
  updateSuite(name, make);
}

function updateSuite(name: string, make: () => Promise<MailboxStore>): void {
  describe(`${name}: mailbox updates`, () => {
    test('an update sets the given fields and keeps the others', async () => {
      const store = await make();
      await store.put('wave1', mailboxRecord(ada));
      const fields = { state: 'planning', plan: { bucket: 'data', key: 'plans/x' }, folderCount: 3 } as const;
      await store.update('wave1', ada, fields);
      await store.update('wave1', ada, fields);
      expect(await store.read('wave1', ada)).toEqual({ ...mailboxRecord(ada), ...fields });
    });

    test('updates of different fields at the same time are both kept', async () => {
      const store = await make();
      await store.put('wave1', mailboxRecord(ada));
      await Promise.all([
        store.update('wave1', ada, { verdict: 'complete' }),
        store.update('wave1', ada, { finalDone: true }),
      ]);
      expect(await store.read('wave1', ada)).toMatchObject({ verdict: 'complete', finalDone: true });
    });

    test('an update can set null and change nothing', async () => {
      const store = await make();
      await store.put('wave1', { ...mailboxRecord(ada), verdict: 'complete' });
      await store.update('wave1', ada, { verdict: null });
      await store.update('wave1', ada, {});
      expect(await store.read('wave1', ada)).toEqual(mailboxRecord(ada));
    });

    test.each([{ fields: { folderCount: 1 } }, { fields: {} }])(
      'an update of nothing is damage, and nothing is made: %j',
      async ({ fields }) => {
        const store = await make();
        await expect(store.update('wave1', ada, fields)).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
        expect(await store.read('wave1', ada)).toBeNull();
      },
    );
  });
}
