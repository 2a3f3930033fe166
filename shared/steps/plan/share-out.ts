/** The rows of a verify pass as chunks: consecutive rows, as they come, because no order among them matters. */
import { chunkIdOf, type FolderKey } from '../../contract/ids.ts';
import type { PlannedChunk } from '../../contract/items.ts';
import { planKeys } from '../../contract/keys.ts';
import { VerifyRow, type InspectedFolder } from '../../contract/verify.ts';
import { chunkShare, type Share } from '../../core/verify/windows.ts';
import type { DataStore } from '../../ports/objects.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import { mostChunks } from './write-plan.ts';

interface Sharing {
  key: MailboxKey;
  sequence: number;
  passId: string;
  inspected: readonly InspectedFolder[];
}

export async function shareOut({ data }: { data: DataStore }, sharing: Sharing): Promise<PlannedChunk[]> {
  const { key, sequence, inspected } = sharing;
  const total = {
    rows: inspected.reduce((sum, { rowCount }) => sum + rowCount, 0),
    bytes: inspected.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
  const rows = new Shares(allRows(data, sharing), chunkShare(total, mostChunks));
  const chunks: PlannedChunk[] = [];
  while (await rows.hasMore()) {
    const chunkId = chunkIdOf(sequence, chunks.length);
    const last = chunks.length + 1 === mostChunks;
    const ref = await data.putLines(planKeys.rows(key.batch, key.mailboxId, sequence, chunkId), rows.nextShare(last));
    const { rows: rowCount, bytes: sizeBytes } = rows.taken;
    chunks.push({ chunkId, kind: 'verify', rows: ref, rowCount, sizeBytes, folders: [...rows.folders] });
  }
  return chunks;
}

async function* allRows(data: DataStore, sharing: Sharing): AsyncGenerator<VerifyRow, void, void> {
  const { key, sequence, passId, inspected } = sharing;
  const prefix = planKeys.inspectedRows(key.batch, key.mailboxId, sequence, passId);
  for (const { folder, rowCount } of inspected) {
    if (rowCount === 0) continue;
    yield* data.readLines(`${prefix}${folder.folderKey}.jsonl`, (v) => VerifyRow.parse(v));
  }
}

/** One stream, handed out in shares; a share ends before the row that would be too much. */
class Shares {
  taken: Share = { rows: 0, bytes: 0 };
  readonly folders = new Set<FolderKey>();
  private readonly rows: AsyncIterator<VerifyRow>;
  private readonly share: Share;
  private ahead: VerifyRow | null = null;

  constructor(rows: AsyncIterable<VerifyRow>, share: Share) {
    this.rows = rows[Symbol.asyncIterator]();
    this.share = share;
  }

  async hasMore(): Promise<boolean> {
    if (this.ahead) return true;
    const { done, value } = await this.rows.next();
    this.ahead = done === true ? null : value;
    return this.ahead !== null;
  }

  /** `last`: without an end before that of all rows. */
  async *nextShare(last: boolean): AsyncGenerator<VerifyRow, void, void> {
    this.taken = { rows: 0, bytes: 0 };
    this.folders.clear();
    while ((await this.hasMore()) && this.ahead) {
      const row = this.ahead;
      const { rows, bytes } = this.taken;
      const full = rows >= this.share.rows || bytes + row.sizeBytes > this.share.bytes;
      if (full && rows > 0 && !last) return;
      this.ahead = null;
      this.taken = { rows: rows + 1, bytes: bytes + row.sizeBytes };
      this.folders.add(row.folder);
      yield row;
    }
  }
}
