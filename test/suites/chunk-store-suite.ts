import { describe, expect, test } from '@jest/globals';
import { ChunkId, MailboxId, SourceUid, TargetUid, chunkIdOf } from '../../shared/contract/ids.ts';
import type { ChunkRecord, StrayNote } from '../../shared/contract/items.ts';
import type { ChunkCondition, ChunkStore } from '../../shared/ports/stores.ts';

const mailbox = { batch: 'wave1', mailboxId: MailboxId.parse('ada-contoso.com-0123456789') };
const otherMailbox = { ...mailbox, mailboxId: MailboxId.parse('bob-contoso.com-0123456789') };
const chunkId = chunkIdOf(1, 1);
const absent: ChunkCondition = { fence: 0, owner: null };

const chunkRecord = (fields: Partial<ChunkRecord> = {}): ChunkRecord => ({
  chunkId,
  fence: 1,
  owner: 'worker-1',
  renewal: 2,
  committed: 3,
  open: { to: 4, uidValidity: 5, uidFloor: 6, attempts: 1, lookNotBefore: null },
  tail: '',
  tailRows: 0,
  tailUidValidity: 5,
  sequence: 7,
  done: false,
  idleSlices: 0,
  copied: 0,
  bytes: 0,
  ...fields,
});

const stray = (fence: number): StrayNote => ({
  fence,
  uidValidity: 5,
  rows: [{ sourceUid: SourceUid.parse(1), targetUid: TargetUid.parse(4_294_967_295) }],
});

/** Rules of `ChunkStore`; `make` gives an empty one. */
export function chunkStoreSuite(name: string, make: () => Promise<ChunkStore>): void {
  const withRecord = async (record = chunkRecord()): Promise<ChunkStore> => {
    const store = await make();
    await store.replace(mailbox, record, absent);
    return store;
  };
  conditionSuite(name, withRecord, make);
  readSuite(name, withRecord, make);
  straySuite(name, withRecord, make);
}

type Make = () => Promise<ChunkStore>;
type WithRecord = (record?: ChunkRecord) => Promise<ChunkStore>;

function conditionSuite(name: string, withRecord: WithRecord, make: Make): void {
  describe(`${name}: chunk conditions`, () => {
    test.each([{ fence: 0 }, { fence: 0, owner: null }])('a missing chunk compares as never taken: %j', async (c) => {
      const store = await make();
      expect(await store.replace(mailbox, chunkRecord(), c)).toBe(true);
      expect(await store.read(mailbox, chunkId)).toEqual(chunkRecord());
    });

    test.each([{ fence: 1 }, { fence: 1, owner: null }, { fence: 0, owner: 'worker-1' }])(
      'a missing chunk refuses %j',
      async (condition) => {
        const store = await make();
        expect(await store.replace(mailbox, chunkRecord(), condition)).toBe(false);
        expect(await store.read(mailbox, chunkId)).toBeNull();
      },
    );

    test.each<ChunkCondition>([
      { fence: 1 },
      { fence: 1, owner: 'worker-1' },
      { fence: 1, renewal: 2 },
      { fence: 1, committed: 3 },
      { fence: 1, sequence: 7 },
      { fence: 1, owner: 'worker-1', renewal: 2, committed: 3, sequence: 7 },
    ])('a chunk that is as %j is replaced as a whole', async (condition) => {
      const store = await withRecord();
      const next = chunkRecord({ fence: 2, owner: null, open: null });
      expect(await store.replace(mailbox, next, condition)).toBe(true);
      expect(await store.read(mailbox, chunkId)).toEqual(next);
    });

    test.each<ChunkCondition>([
      { fence: 0 },
      { fence: 0, owner: null },
      { fence: 2 },
      { fence: 1, owner: null },
      { fence: 1, owner: 'worker-2' },
      { fence: 1, renewal: 3 },
      { fence: 1, committed: 0 },
      { fence: 1, sequence: 6 },
      { fence: 1, owner: 'worker-1', renewal: 2, committed: 3, sequence: 8 },
    ])('a chunk that is not as %j stays', async (condition) => {
      const store = await withRecord();
      expect(await store.replace(mailbox, chunkRecord({ fence: 2 }), condition)).toBe(false);
      expect(await store.read(mailbox, chunkId)).toEqual(chunkRecord());
    });

    test('a free chunk is taken by its owner null, and not as somebody\u2019s', async () => {
      const store = await withRecord(chunkRecord({ owner: null }));
      expect(await store.replace(mailbox, chunkRecord(), { fence: 1, owner: 'worker-1' })).toBe(false);
      expect(await store.replace(mailbox, chunkRecord(), { fence: 1, owner: null })).toBe(true);
    });

    test('a stored chunk with fence 0 is met by fence 0', async () => {
      const store = await withRecord(chunkRecord({ fence: 0, owner: null }));
      expect(await store.replace(mailbox, chunkRecord(), absent)).toBe(true);
      expect(await store.replace(mailbox, chunkRecord(), absent)).toBe(false);
    });

    test('of takers at the same time one succeeds', async () => {
      const store = await withRecord(chunkRecord({ owner: null }));
      const takes = ['a', 'b', 'c', 'd'].map((owner) =>
        store.replace(mailbox, chunkRecord({ fence: 2, owner }), { fence: 1, owner: null }),
      );
      expect((await Promise.all(takes)).filter(Boolean)).toHaveLength(1);
    });
  });
}

function readSuite(name: string, withRecord: WithRecord, make: Make): void {
  describe(`${name}: chunks`, () => {
    test('an unknown chunk is null', async () => {
      const store = await make();
      expect(await store.read(mailbox, chunkId)).toBeNull();
      expect(await store.list(mailbox)).toEqual([]);
    });

    test('chunks are listed ascending, without strays', async () => {
      const store = await make();
      const ids = [chunkIdOf(2, 1), chunkIdOf(1, 10), chunkIdOf(1, 2)];
      for (const id of ids) await store.replace(mailbox, chunkRecord({ chunkId: id }), absent);
      for (const id of ids) await store.putStray(mailbox, id, stray(1));
      expect((await store.list(mailbox)).map((chunk) => chunk.chunkId)).toEqual(ids.toReversed());
    });

    test('mailboxes and batches are kept apart', async () => {
      const store = await withRecord();
      expect(await store.read(otherMailbox, chunkId)).toBeNull();
      expect(await store.list({ ...mailbox, batch: 'wave2' })).toEqual([]);
    });
  });
}

function straySuite(name: string, withRecord: WithRecord, make: Make): void {
  describe(`${name}: strays`, () => {
    test('a stray is kept by chunk and fence, and putting it again changes nothing', async () => {
      const store = await make();
      await store.putStray(mailbox, chunkId, stray(2));
      await store.putStray(mailbox, chunkId, stray(1));
      await store.putStray(mailbox, chunkId, stray(1));
      await store.putStray(mailbox, ChunkId.parse('0002-00001'), stray(1));
      expect(await store.listStrays(mailbox)).toEqual([
        { chunkId, note: stray(1) },
        { chunkId, note: stray(2) },
        { chunkId: '0002-00001', note: stray(1) },
      ]);
    });

    test('a stray does not touch its chunk', async () => {
      const store = await withRecord();
      await store.putStray(mailbox, chunkId, stray(9));
      expect(await store.read(mailbox, chunkId)).toEqual(chunkRecord());
      expect(await store.listStrays(otherMailbox)).toEqual([]);
    });
  });
}
