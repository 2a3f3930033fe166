/**
 * The chunk item in this worker's hands: its last known record, changed only by transitions of `core/protocol/chunk`,
 * one at a time (a renewal written from an older record would turn a commit back).
 */
import type { ChunkRecord } from '../../contract/items.ts';
import { isMine, renew, type Transition } from '../../core/protocol/chunk.ts';
import { limits } from '../../core/protocol/limits.ts';
import { MigrationError } from '../../errors.ts';
import type { ChunkStore, MailboxKey } from '../../ports/stores.ts';

export class ChunkLease {
  record: ChunkRecord;
  private readonly chunks: ChunkStore;
  private readonly key: MailboxKey;
  private queue: Promise<unknown> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private lostBy: MigrationError | undefined;

  constructor(chunks: ChunkStore, key: MailboxKey, record: ChunkRecord) {
    this.chunks = chunks;
    this.key = key;
    this.record = record;
  }

  /** LEASE_LOST when another worker took over: never send another byte after it. */
  apply(transition: (record: ChunkRecord) => Transition): Promise<void> {
    const turn = this.queue.then(() => this.write(transition(this.record)));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /** T6: keeps the lease while a window takes long. */
  startRenewing(): void {
    let seen = this.record.renewal;
    this.timer = setInterval(() => {
      const quiet = this.record.renewal === seen;
      if (quiet) void this.apply(renew).catch(() => undefined);
      seen = this.record.renewal;
    }, limits.renewEveryMs);
    this.timer.unref();
  }

  stopRenewing(): void {
    clearInterval(this.timer);
  }

  /** To be asked before bytes are sent: a renewal in the background may have found the lease gone. */
  assertHeld(): void {
    if (this.lostBy) throw this.lostBy;
  }

  private async write({ next, condition }: Transition): Promise<void> {
    this.assertHeld();
    const written = await this.chunks.replace(this.key, next, condition);
    if (!written && !isMine(await this.chunks.read(this.key, next.chunkId), next)) {
      this.lostBy = new MigrationError('LEASE_LOST', `Another worker took over chunk ${next.chunkId}.`);
      throw this.lostBy;
    }
    this.record = next;
  }
}
