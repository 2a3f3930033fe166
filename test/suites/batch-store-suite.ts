import { describe, expect, test } from '@jest/globals';
import type { BatchRecord, PassRecord } from '../../shared/contract/items.ts';
import { PassRequest } from '../../shared/contract/workflow.ts';
import type { BatchStore } from '../../shared/ports/stores.ts';

const endpoint = { host: 'mail.example', port: 993, tls: 'implicit', auth: 'password' } as const;

const batchRecord = (batch: string, fields: Partial<BatchRecord> = {}): BatchRecord => ({
  batch,
  state: 'open',
  settings: { source: endpoint, target: endpoint, folders: { map: { 'Entwürfe/2026': 'Drafts' } } },
  certificates: { source: '-----BEGIN CERTIFICATE-----', target: null },
  initialDone: false,
  dueAt: null,
  lastPass: null,
  ...fields,
});

const request = (passId: string, batch = 'wave1'): PassRequest =>
  PassRequest.parse({ batch, pass: 'initial', passId, scope: { kind: 'csv', key: `${batch}/a.csv`, versionId: 'v1' } });

const passRecord = (passId: string, mailboxCount: number): PassRecord => ({
  passId,
  pass: 'initial',
  manifest: { bucket: 'data', key: `passes/wave1/${passId}/mailboxes.jsonl` },
  mailboxCount,
  rejectedCount: 0,
  startedAt: '2026-11-24T10:00:00Z',
});

/** Rules of `BatchStore`; `make` gives an empty one. */
export function batchStoreSuite(name: string, make: () => Promise<BatchStore>): void {
  describe(`${name}: batches`, () => {
    test('an unknown batch is null', async () => {
      const store = await make();
      expect(await store.read('wave1')).toBeNull();
    });

    test('a batch is read as it was put, without fields that are undefined', async () => {
      const store = await make();
      const record = batchRecord('wave1');
      await store.put({ ...record, settings: { ...record.settings, schedule: undefined } });
      expect(await store.read('wave1')).toEqual(record);
    });

    test('the last put wins as a whole', async () => {
      const store = await make();
      await store.put(batchRecord('wave1', { dueAt: '2026-11-24T10:00:00Z' }));
      await store.put(batchRecord('wave1', { initialDone: true }));
      expect(await store.read('wave1')).toEqual(batchRecord('wave1', { initialDone: true }));
    });

    test('open are all batches that are not closed', async () => {
      const store = await make();
      await store.put(batchRecord('b'));
      await store.put(batchRecord('a', { state: 'closing' }));
      await store.put(batchRecord('c', { state: 'closed' }));
      expect(await store.listOpen()).toEqual(['a', 'b']);
    });

    test('a batch that closes is no longer open, and one that is reopened is', async () => {
      const store = await make();
      await store.put(batchRecord('wave1'));
      await store.put(batchRecord('wave1', { state: 'closed' }));
      expect(await store.listOpen()).toEqual([]);
      expect(await store.read('wave1')).toEqual(batchRecord('wave1', { state: 'closed' }));
      await store.put(batchRecord('wave1'));
      expect(await store.listOpen()).toEqual(['wave1']);
    });
  });
  startSuite(name, make);
  lockSuite(name, make);
}

function startSuite(name: string, make: () => Promise<BatchStore>): void {
  describe(`${name}: starts and passes`, () => {
    test('the first request under a key stays', async () => {
      const store = await make();
      expect(await store.recordStart('event-1', request('p1'))).toEqual(request('p1'));
      expect(await store.recordStart('event-1', request('p2'))).toEqual(request('p1'));
      expect(await store.findStart('wave1', 'event-1')).toEqual(request('p1'));
    });

    test('callers at the same time get the same answer', async () => {
      const store = await make();
      const answers = await Promise.all(
        ['p1', 'p2', 'p3', 'p4'].map((id) => store.recordStart('event-1', request(id))),
      );
      expect(new Set(answers.map(({ passId }) => passId)).size).toBe(1);
    });

    test('starts are kept apart by key and by batch', async () => {
      const store = await make();
      await store.recordStart('event-1', request('p1'));
      expect(await store.findStart('wave1', 'event-2')).toBeNull();
      expect(await store.findStart('wave2', 'event-1')).toBeNull();
      expect(await store.recordStart('event-1', request('p2', 'wave2'))).toEqual(request('p2', 'wave2'));
    });

    test('a pass is read as it was put last', async () => {
      const store = await make();
      expect(await store.readPass('wave1', 'p1')).toBeNull();
      await store.putPass('wave1', passRecord('p1', 1));
      await store.putPass('wave1', passRecord('p1', 2));
      expect(await store.readPass('wave1', 'p1')).toEqual(passRecord('p1', 2));
      expect(await store.readPass('wave2', 'p1')).toBeNull();
    });
  });
}

function lockSuite(name: string, make: () => Promise<BatchStore>): void {
  describe(`${name}: batch lock`, () => {
    test('the first pass holds the batch, and a second one learns who', async () => {
      const store = await make();
      expect(await store.lockHolder('wave1')).toBeNull();
      expect(await store.lock('wave1', 'p1')).toBe('p1');
      expect(await store.lock('wave1', 'p2')).toBe('p1');
      expect(await store.lockHolder('wave1')).toBe('p1');
      expect(await store.lock('wave2', 'p2')).toBe('p2');
    });

    test('taking it again is still ours', async () => {
      const store = await make();
      await store.lock('wave1', 'p1');
      expect(await store.lock('wave1', 'p1')).toBe('p1');
    });

    test('of passes at the same time one holds it, and all learn which', async () => {
      const store = await make();
      const holders = await Promise.all(['p1', 'p2', 'p3', 'p4'].map((id) => store.lock('wave1', id)));
      expect(new Set(holders).size).toBe(1);
    });

    test('only the holder frees it, and freeing twice is harmless', async () => {
      const store = await make();
      await store.lock('wave1', 'p1');
      await store.unlock('wave1', 'p2');
      expect(await store.lockHolder('wave1')).toBe('p1');
      await store.unlock('wave1', 'p1');
      await store.unlock('wave1', 'p1');
      expect(await store.lockHolder('wave1')).toBeNull();
      expect(await store.lock('wave1', 'p2')).toBe('p2');
    });
  });
}
