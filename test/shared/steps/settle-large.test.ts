/** A mailbox of more rows than may be in memory at once is settled group by group; counted by what is held, not by time. */
import { expect, test } from '@jest/globals';
import { chunkIdOf, FolderKey, SourceUid, TargetUid } from '../../../shared/contract/ids.ts';
import type {
  CopyRow,
  LedgerPartRow,
  MailboxPlan,
  PlannedChunk,
  PlannedFolder,
} from '../../../shared/contract/items.ts';
import { ledgerKeys, planKeys } from '../../../shared/contract/keys.ts';
import { settleMailbox } from '../../../shared/steps/settle-mailbox.ts';
import { batch, createWorld, key, mailboxId, type World } from '../../support/world.ts';

const folderCount = 6;
const rowsPerFolder = 10_000;
const rowsPerPart = 2_500;
const mostHeld = 50_000;
const passId = 'pass-1';

const pathOf = (n: number): string => `Folder ${n}`;
const keyOf = (n: number): FolderKey => FolderKey.parse(String(n).padStart(16, '0'));
const dateOf = (uid: number): string =>
  `${String(1 + (uid % 28)).padStart(2, '0')}-Jan-${2000 + (uid % 20)} 00:${String(uid % 60).padStart(2, '0')}:00 +0000`;

const copyRow = (n: number, uid: number): CopyRow => ({
  folder: keyOf(n),
  sourceUid: SourceUid.parse(uid),
  internalDate: dateOf(uid),
  sizeBytes: 10,
  flags: ['\\Seen'],
  candidates: [],
});

const partRow = (n: number, uid: number): LedgerPartRow => {
  const { candidates: _, ...row } = copyRow(n, uid);
  const outcome = { outcome: 'copied', evidence: 'acknowledged', doubt: false, code: null, sha256: null } as const;
  return { ...row, ...outcome, targetUid: TargetUid.parse(uid), uidValidity: 0, vanished: false, doubtSince: null };
};

const uids = Array.from({ length: rowsPerFolder }, (_, i) => i + 1);

/** What the slices leave: each folder is a chunk of its own that is done. */
async function copied(world: World, n: number): Promise<{ folder: PlannedFolder; chunk: PlannedChunk }> {
  const { data, chunks } = world.ports;
  const { uidValidity } = world.target.addFolder(pathOf(n));
  for (const uid of uids) world.target.store(pathOf(n), { octets: '', internalDate: dateOf(uid) });
  const chunkId = chunkIdOf(1, n);
  const rows = await data.putLines(
    planKeys.rows(batch, mailboxId, 1, chunkId),
    uids.map((uid) => copyRow(n, uid)),
  );
  const parts = rowsPerFolder / rowsPerPart;
  for (let part = 0; part < parts; part++) {
    const share = uids.slice(part * rowsPerPart, (part + 1) * rowsPerPart);
    const lines = share.map((uid) => ({ ...partRow(n, uid), uidValidity }));
    await data.putLines(ledgerKeys.part(batch, mailboxId, chunkId, part + 1), lines);
  }
  const progress = { committed: rowsPerFolder, copied: rowsPerFolder, bytes: 0, sequence: parts + 1, idleSlices: 0 };
  const tail = { tail: '', tailRows: 0, tailUidValidity: uidValidity };
  const lease = { chunkId, fence: 1, owner: null, renewal: 0, open: null, done: true };
  await chunks.replace(key, { ...lease, ...progress, ...tail }, { fence: 0 });
  const state = { uidValidity: 1, uidNext: rowsPerFolder + 1, messageCount: rowsPerFolder, highestModSeq: null };
  const counted = { expectedRows: rowsPerFolder, settledSequence: 0, rematch: false, vanished: [], failure: null };
  return {
    folder: { folderKey: keyOf(n), sourcePath: pathOf(n), targetPath: pathOf(n), state, ...counted },
    chunk: { chunkId, kind: 'copy', rows, rowCount: rowsPerFolder, sizeBytes: 0, folders: [keyOf(n)] },
  };
}

/** Outcomes that were read of folders whose checkpoint is not written yet, at the worst. */
function watchHeld({ ports }: World): () => number {
  const held = new Map<string, number>();
  let most = 0;
  const readLines = ports.data.readLines.bind(ports.data);
  ports.data.readLines = async function* (objectKey, parse) {
    for await (const row of readLines(objectKey, parse)) {
      if (objectKey.includes('/parts/')) held.set(objectKey, (held.get(objectKey) ?? 0) + 1);
      yield row;
    }
    most = Math.max(
      most,
      [...held.values()].reduce((a, b) => a + b, 0),
    );
  };
  const put = ports.folders.put.bind(ports.folders);
  ports.folders.put = async (mailbox, record) => {
    const chunkId = chunkIdOf(1, Number(record.folderKey));
    for (const objectKey of held.keys()) if (objectKey.includes(`/${chunkId}/`)) held.delete(objectKey);
    return put(mailbox, record);
  };
  return () => most;
}

test('no more outcomes are held than one group of folders has', async () => {
  const world = await createWorld();
  const done = [];
  for (let n = 0; n < folderCount; n++) done.push(await copied(world, n));
  const folders = done.map(({ folder }) => folder);
  const chunks = done.map(({ chunk }) => chunk);
  const plan: MailboxPlan = { version: 1, passId, sequence: 1, folders, chunks, droppedKeywords: 0 };
  const ref = await world.ports.data.putJson(planKeys.plan(batch, mailboxId, 1), plan);
  const stored = { plan: ref, planSequence: 1, passId, state: 'syncing', rewrites: false } as const;
  await world.ports.mailboxes.update(batch, mailboxId, stored);
  const held = watchHeld(world);
  const request = { batch, mailboxId, passId, pass: 'initial', failure: null } as const;
  expect(await settleMailbox(world.ports, { ...request, failedChunks: [] })).toMatchObject({ verdict: 'complete' });
  const all = folderCount * rowsPerFolder;
  expect(await world.ports.mailboxes.read(batch, mailboxId)).toMatchObject({ counts: { source: all, copied: all } });
  expect(held()).toBeLessThanOrEqual(mostHeld);
  expect(held()).toBeGreaterThan(0);
});
