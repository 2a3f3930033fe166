/** However large a mailbox is, a verify pass has at most 40 chunks: the workflow's events are bounded by the plan. */
import { expect, test } from '@jest/globals';
import { MemoryDataStore } from '../../../shared/adapters/memory/objects.ts';
import { FolderKey, SourceUid } from '../../../shared/contract/ids.ts';
import { planKeys } from '../../../shared/contract/keys.ts';
import { VerifyRow, type InspectedFolder } from '../../../shared/contract/verify.ts';
import { shareOut } from '../../../shared/steps/plan/share-out.ts';
import { key } from '../../support/world.ts';

const GiB = 1024 ** 3;
const sequence = 2;
const passId = 'contoso-verify';

async function shared(folders: readonly (readonly number[])[]) {
  const data = new MemoryDataStore();
  const inspected: InspectedFolder[] = [];
  const prefix = planKeys.inspectedRows(key.batch, key.mailboxId, sequence, passId);
  for (const [n, sizes] of folders.entries()) {
    const folder = FolderKey.parse(String(n).padStart(16, '0'));
    const rows = sizes.map((sizeBytes, i): VerifyRow => {
      const sourceUid = SourceUid.parse(i + 1);
      const known = { targetUid: null, internalDate: '', outcome: null, code: null };
      return { folder, sourceUid, sizeBytes, ...known };
    });
    await data.putLines(`${prefix}${folder}.jsonl`, rows);
    const state = { uidValidity: 1, uidNext: 1, messageCount: rows.length, highestModSeq: null };
    const planned = { sourcePath: 'x', targetPath: 'x', expectedRows: rows.length, rematch: false, settledSequence: 0 };
    const entry = { ...planned, folderKey: folder, state, vanished: [], failure: null };
    const sizeBytes = sizes.reduce((a, b) => a + b, 0);
    inspected.push({ folder: entry, rowCount: rows.length, sizeBytes });
  }
  const chunks = await shareOut({ data }, { key, sequence, passId, inspected });
  const rows: string[] = [];
  for (const chunk of chunks)
    for await (const row of data.readLines(chunk.rows.key, (v) => VerifyRow.parse(v)))
      rows.push(`${row.folder} ${row.sourceUid}`);
  return { chunks, rows };
}

test.each<[string, number[][], number]>([
  ['nothing', [], 0],
  ['one message', [[1]], 1],
  ['small folders share a chunk', [[1, 1], [], [1]], 1],
  ['501 messages are two', [Array.from({ length: 501 }, () => 1)], 2],
  ['messages of a gibibyte each have one of their own', [[GiB, GiB, GiB]], 3],
  ['never more than 40', [Array.from({ length: 90 }, () => 5 * GiB)], 40],
])('%s', async (_, folders, count) => {
  const { chunks, rows } = await shared(folders);
  expect(chunks).toHaveLength(count);
  // Each row is in one chunk, in order, and the chunks say what they hold.
  const all = folders.flatMap((sizes, n) => sizes.map((__, i) => `${String(n).padStart(16, '0')} ${i + 1}`));
  expect(rows).toEqual(all);
  expect(chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0)).toBe(all.length);
  expect(chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0)).toBe(folders.flat().reduce((a, b) => a + b, 0));
});
