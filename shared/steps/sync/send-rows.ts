/**
 * Sends rows of the open window and drains their answers. A window may slide: while its rows are still in flight, a
 * finished head is committed and as many rows more are opened, so that the pipe does not drain at a commit.
 */
import type { CopyRow } from '../../contract/items.ts';
import type { SourceUid } from '../../contract/ids.ts';
import { acknowledged } from '../../core/protocol/acknowledge.ts';
import { finalHead } from '../../core/protocol/head.ts';
import { limits } from '../../core/protocol/limits.ts';
import { slideEnd } from '../../core/protocol/window.ts';
import type { AppendAnswer, FetchedMessage } from '../../ports/mail.ts';
import { commitFinished, hasTimeFor, openingAt } from './commit-window.ts';
import type { Ahead } from './look-ahead.ts';
import { RowFeed } from './row-feed.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';
import { haltOf, type Halt, type Refusal, type WindowTask } from './window-task.ts';

export interface Sending {
  task: WindowTask;
  /** Rows of the open window. */
  indexes: readonly number[];
  /** Whether rows behind the window may follow; only where no row is in doubt. */
  slides: boolean;
  /** Each message in a command of its own, so that an answer speaks of one. */
  alone: boolean;
  limitBytes: number;
}

export interface Sent {
  refused: Map<number, Refusal>;
  halt: Halt | null;
}

/** Rows that the source did not hand out, or that came after sending had to stop, stay without an outcome. */
export async function sendRows(slice: Slice, sessions: Sessions, sending: Sending): Promise<Sent> {
  const sender = new Sender(slice, sessions, sending);
  await sender.run();
  return sender;
}

class Sender implements Sent {
  readonly refused = new Map<number, Refusal>();
  halt: Halt | null = null;
  private readonly slice: Slice;
  private readonly sessions: Sessions;
  private readonly sending: Sending;
  private readonly ahead: Ahead | null;
  private readonly feed: RowFeed;
  private readonly taken: Set<number>;
  /** Answers are taken in the order of the rows. */
  private answers: Promise<void> = Promise.resolve();
  private owed = 0;
  private committing: Promise<void> | null = null;
  private failure: { cause: unknown } | null = null;
  private stopping = false;
  private readonly slideTo: number;
  private lastCommit: { rows: number; atMs: number };

  constructor(slice: Slice, sessions: Sessions, sending: Sending) {
    this.slice = slice;
    this.sessions = sessions;
    this.sending = sending;
    const { task, slides } = sending;
    this.taken = new Set([...task.outcomes.values()].flatMap((o) => (o.targetUid === null ? [] : [o.targetUid])));
    this.ahead = slides ? sessions.takeAhead(sending.indexes) : null;
    this.slideTo = this.ahead?.to ?? (slides ? slideEnd(slice.rows, task.to) : task.to);
    const { indexes, limitBytes } = sending;
    this.feed = this.ahead?.feed ?? new RowFeed(slice.rows, { indexes, from: task.to, to: this.slideTo, limitBytes });
    this.feed.onSkipped((index, outcome) => task.outcomes.set(index, outcome));
    this.lastCommit = { rows: 0, atMs: slice.ports.clock.nowMs() };
  }

  async run(): Promise<void> {
    try {
      for await (const message of this.messages()) await this.take(message);
      if (this.sending.slides && !this.stopping) this.lookAhead();
    } catch (error) {
      this.fail(error);
    }
    // Drained also when the source broke off: nothing of this worker is in flight when the next one looks.
    await this.answers;
    await this.committing;
    if (this.failure) throw this.failure.cause;
  }

  private messages(): AsyncIterable<FetchedMessage<SourceUid>> {
    return this.ahead?.messages ?? this.sessions.source.fetchGroups(this.feed.groups());
  }

  /** While the last answers are owed, both sides open the next folder, and the source begins to hand it out. */
  private lookAhead(): void {
    const { slice, slideTo } = this;
    const pace = { rows: this.lastCommit.rows, ms: slice.ports.clock.nowMs() - this.lastCommit.atMs };
    // As long as a target is not known, its copies are compared with what was sent when the window is done.
    if (this.sending.task.to === slideTo && this.sessions.rewrites !== null && hasTimeFor(slice, pace))
      this.sessions.lookAhead(slice, { from: slideTo, limitBytes: this.sending.limitBytes });
  }

  private async take(message: FetchedMessage<SourceUid>): Promise<void> {
    const index = this.feed.take(message.uid);
    const row = index === undefined ? undefined : this.slice.rows[index];
    if (index === undefined || !row) return;
    while (index >= this.sending.task.to && !this.stopping) await this.slide();
    if (this.stopping) return;
    this.slice.lease.assertHeld();
    const { answer } = await this.sessions.target.append(outgoing(row, message, this.sending.alone));
    this.owed += 1;
    this.answers = this.answers.then(async () => this.settle(index, await answer));
  }

  /** Until the window reaches further, or never will: nothing is in flight and its first row has no outcome. */
  private async slide(): Promise<void> {
    if (this.committing) await this.committing;
    else if (finalHead(this.sending.task).length > 0) await this.commit();
    else if (this.owed > 0) await this.answers;
    else this.stop();
  }

  private settle(index: number, answer: AppendAnswer): void {
    this.owed -= 1;
    const { task } = this.sending;
    if (answer.kind === 'stored') {
      const { previousUid } = this.sessions;
      const outcome = acknowledged(answer, { ...task, claimed: this.taken, previousUid });
      if (outcome.targetUid !== null) {
        this.taken.add(outcome.targetUid);
        this.sessions.acknowledged(outcome.targetUid);
      }
      task.outcomes.set(index, outcome);
      const due = Math.max(1, Math.min(limits.commitRows, Math.floor(limits.windowRows / 4)));
      if (this.sending.slides && !this.committing && finalHead(task).length >= due) void this.commit();
    } else if (
      answer.kind === 'refused' &&
      (answer.code === 'MESSAGE_REFUSED' || answer.code === 'MESSAGE_TOO_LARGE')
    ) {
      this.refused.set(index, { code: answer.code, together: answer.together ?? 1 });
      // Looked up once all is drained; rows behind it wait for the next window.
      if (this.sending.slides) this.stop();
    } else {
      this.halt ??= haltOf(answer);
      this.stop();
    }
  }

  private commit(): Promise<void> {
    this.committing ??= this.commitAndSlide().finally(() => (this.committing = null));
    return this.committing;
  }

  private async commitAndSlide(): Promise<void> {
    const { slice, sessions, sending } = this;
    const nowMs = slice.ports.clock.nowMs();
    const head = finalHead(sending.task).length;
    const pace = { rows: head, ms: nowMs - this.lastCommit.atMs };
    try {
      if (!hasTimeFor(slice, pace)) this.stop();
      const from = sending.task.from + head;
      const opening = this.stopping || from >= this.slideTo ? null : openingAt(slice, sessions, { from, pace });
      const next = opening && { ...opening, to: Math.min(opening.to, this.slideTo) };
      await commitFinished(slice, sessions, { task: sending.task, next });
      this.lastCommit = { rows: head, atMs: nowMs };
    } catch (error) {
      // Closed before anything else: another worker may hold the chunk by now.
      await sessions.close();
      this.fail(error);
    }
  }

  private fail(cause: unknown): void {
    this.failure ??= { cause };
    this.stop();
  }

  private stop(): void {
    this.stopping = true;
    this.feed.stop();
  }
}

const outgoing = (row: CopyRow, message: FetchedMessage<SourceUid>, alone: boolean) => ({
  alone,
  // Flags as planned, not as fetched: they are the base of the next pass's three-way comparison (decision 0005).
  flags: row.flags,
  // As planned: it is what a look-up compares by, and always a moment.
  internalDate: row.internalDate,
  octetCount: message.octetCount,
  octets: message.octets,
});
