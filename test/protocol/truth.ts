/** What really happened at both servers and in the chunk items, noted outside the program: the invariants judge by it. */
import type { MailAccount } from '../../shared/adapters/memory/mail/index.ts';
import type { ChunkRecord, RowOutcome } from '../../shared/contract/items.ts';
import { decodeTail } from '../../shared/core/protocol/tail.ts';
import type { Random } from './schedule.ts';

type Stored = MailAccount['folders'] extends Map<string, { messages: (infer M)[] }> ? M : never;

export interface Commit {
  sequence: number;
  /** Rows [from, to) of the chunk. */
  from: number;
  to: number;
  outcomes: RowOutcome[];
}

/** Octets, as they were before the server rewrote them, and date as one text. Independent of the program's own identity on purpose. */
export const identityOf = (path: string, message: Pick<Stored, 'asSent' | 'internalDate'>): string =>
  `${path}|${Buffer.from(message.asSent).toString('latin1')}|${message.internalDate}`;

export class Truth {
  readonly source: MailAccount;
  readonly target: MailAccount;
  readonly commits = new Map<string, Commit[]>();
  /** Copies that an APPEND of ours made, wherever they are now. */
  readonly ours = new Set<Stored>();
  /** What the target's user took away, by identity. */
  readonly takenAway: string[] = [];
  readonly takenCopies = new Set<Stored>();
  /** What the source held before anything happened: identity by `folder|UID`. */
  readonly planned: ReadonlyMap<string, string>;
  /** Identities of which a row was ever seen in doubt. */
  readonly doubted = new Set<string>();
  /** Set where faults are so tame that the right protocol makes no twin at all. */
  twinsAvoidable = false;

  constructor(source: MailAccount, target: MailAccount) {
    this.source = source;
    this.target = target;
    this.planned = new Map(
      [...source.folders.values()].flatMap((f) => f.messages.map((m) => [`${f.path}|${m.uid}`, identityOf(f.path, m)])),
    );
  }

  noteAppend(path: string): void {
    const message = this.target.folder(path).messages.at(-1);
    if (message) this.ours.add(message);
  }

  noteReplace(before: ChunkRecord | null, next: ChunkRecord): void {
    if (next.sequence <= (before?.sequence ?? 0)) return;
    const commits = this.commits.get(next.chunkId) ?? [];
    const from = next.committed - next.tailRows;
    commits.push({ sequence: next.sequence, from, to: next.committed, outcomes: decodeTail(next.tail) });
    this.commits.set(next.chunkId, commits);
  }

  /** The target's user deletes one message. */
  takeAway(random: Random): void {
    const folder = random.pick([...this.target.folders.values()].filter((f) => f.messages.length > 0));
    const message = folder && random.pick(folder.messages);
    if (!folder || !message) return;
    this.takenAway.push(identityOf(folder.path, message));
    this.takenCopies.add(message);
    this.target.remove(folder.path, message.uid);
  }

  /**
   * Where UIDs are unknown, settle can only count the copies of an instant: once the doubt is over, a twin hides behind
   * a copy of the same instant that the target's user took away.
   */
  mayHide(identity: string): boolean {
    const instant = (name: string): string => name.slice(name.lastIndexOf('|'));
    return this.takenAway.some((taken) => instant(taken) === instant(identity));
  }

  /** The source's user deletes one message. */
  expunge(random: Random): void {
    const folder = random.pick([...this.source.folders.values()].filter((f) => f.messages.length > 0));
    const message = folder && random.pick(folder.messages);
    if (folder && message) this.source.remove(folder.path, message.uid);
  }

  /** The target's server forgets its UIDs. */
  renumber(random: Random): void {
    for (const path of this.target.folders.keys()) this.target.renumber(path, 1 + random.below(4));
  }

  /** Somebody else puts a message there that equals one of ours. */
  plantForeign(random: Random): void {
    const folder = random.pick([...this.source.folders.values()].filter((f) => f.messages.length > 0));
    const message = folder && random.pick(folder.messages);
    if (!folder || !message || !this.target.folders.has(folder.path)) return;
    this.target.storeRewritten(folder.path, { octets: message.octets, internalDate: message.internalDate });
  }

  /** Identities of all copies ever stored at the target, one entry per copy; ours only: `ours`. */
  stored(which: 'ours' | 'all'): string[] {
    const alive = [...this.target.folders.values()].flatMap((folder) =>
      folder.messages.filter((m) => which === 'all' || this.ours.has(m)).map((m) => identityOf(folder.path, m)),
    );
    return which === 'all' ? [...alive, ...this.takenAway] : alive;
  }
}

export function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
