/**
 * The messages of rows of one folder, in their order, asked for group by group. May begin before the window that takes
 * them is open: reading the source is no effect.
 */
import type { CopyRow, RowOutcome } from '../../contract/items.ts';
import type { SourceUid } from '../../contract/ids.ts';
import { limits } from '../../core/protocol/limits.ts';
import { lastWord } from './window-task.ts';

export interface FeedRange {
  /** Rows of the window, those without an outcome. */
  indexes: readonly number[];
  /** Rows behind the window: [from, to). */
  from: number;
  to: number;
  limitBytes: number;
}

export class RowFeed {
  /** Rows that are never asked for, with their last word. */
  private readonly skipped = new Map<number, RowOutcome>();
  private tell: (index: number, outcome: RowOutcome) => void = () => {};
  private readonly rows: readonly CopyRow[];
  private readonly range: FeedRange;
  private readonly byUid = new Map<SourceUid, number>();
  private stopped = false;

  constructor(rows: readonly CopyRow[], range: FeedRange) {
    this.rows = rows;
    this.range = range;
  }

  /** Tells of rows that are left out, those so far and those to come. */
  onSkipped(tell: (index: number, outcome: RowOutcome) => void): void {
    this.tell = tell;
    for (const [index, outcome] of this.skipped) tell(index, outcome);
  }

  /** Position of the row a message was asked for; once, so that a repetition is nobody's. */
  take(uid: SourceUid): number | undefined {
    const index = this.byUid.get(uid);
    this.byUid.delete(uid);
    return index;
  }

  stop(): void {
    this.stopped = true;
  }

  *groups(): Generator<SourceUid[]> {
    let group: SourceUid[] = [];
    let bytes = 0;
    for (const index of this.order()) {
      const row = this.rows[index];
      if (!row || this.stopped) break;
      if (group.length >= limits.fetchRows || (group.length > 0 && bytes + row.sizeBytes > limits.fetchBytes)) {
        yield group;
        group = [];
        bytes = 0;
      }
      this.byUid.set(row.sourceUid, index);
      group.push(row.sourceUid);
      bytes += row.sizeBytes;
    }
    if (group.length > 0 && !this.stopped) yield group;
  }

  private *order(): Generator<number> {
    const { indexes, from, to, limitBytes } = this.range;
    yield* indexes;
    for (let index = from; index < to; index++) {
      const tooLarge = (this.rows[index]?.sizeBytes ?? 0) > limitBytes;
      if (tooLarge) this.skip(index, lastWord('skipped', 'MESSAGE_TOO_LARGE', false));
      else yield index;
    }
  }

  private skip(index: number, outcome: RowOutcome): void {
    this.skipped.set(index, outcome);
    this.tell(index, outcome);
  }
}
