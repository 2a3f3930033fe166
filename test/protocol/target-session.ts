/**
 * A session at the target as the network makes it: the server takes APPENDs in order and when it likes, answers come
 * later still, and what is in flight when the connection ends may be carried out long after, or never.
 */
import { MigrationError } from '../../shared/errors.ts';
import type { AppendAnswer, OutgoingMessage, TargetMailbox, UidRange } from '../../shared/ports/mail.ts';
import type { TargetUid } from '../../shared/contract/ids.ts';
import type { Worker } from './schedule.ts';
import { afterCall, type Network } from './network.ts';

interface InFlight {
  message: OutgoingMessage;
  answer: (answer: AppendAnswer) => void;
}

export class TargetSession implements TargetMailbox {
  readonly capabilities: TargetMailbox['capabilities'];
  readonly worker: Worker;
  private readonly inner: TargetMailbox;
  private readonly network: Network;
  private readonly queue: InFlight[] = [];
  private readonly unanswered = new Set<(answer: AppendAnswer) => void>();
  private path = '';
  private dead = false;
  /** The next APPEND is answered NO, whatever becomes of it. */
  refuseNext = false;

  constructor(inner: TargetMailbox, network: Network, worker: Worker) {
    this.inner = inner;
    this.network = network;
    this.worker = worker;
    this.capabilities = inner.capabilities;
    network.sessions.add(this);
    worker.onDeath.push(() => this.cut());
  }

  /** The connection is gone: every answer that is out is lost, every APPEND that is out is abandoned. */
  cut(): void {
    if (this.dead) return;
    this.dead = true;
    this.network.sessions.delete(this);
    for (const answer of this.unanswered) this.tell(answer, { kind: 'lost' });
    const { scheduler, landing } = this.network;
    for (const { message } of this.queue.splice(0)) {
      const { random } = scheduler;
      const delay = random.chance(0.5) ? random.below(30) : random.below(600);
      if (random.chance(landing))
        scheduler.later(null, 'abandoned APPEND lands', { delay, run: () => this.land(message) });
    }
  }

  async close(): Promise<void> {
    this.cut();
  }

  append(message: OutgoingMessage): Promise<{ answer: Promise<AppendAnswer> }> {
    return this.call(
      'target.APPEND',
      async () => {
        const octets: Uint8Array[] = [];
        for await (const part of message.octets) octets.push(part);
        const whole = Buffer.concat(octets);
        const answer = new Promise<AppendAnswer>((resolve) => {
          this.unanswered.add(resolve);
          this.queue.push({ message: { ...message, octets: once(whole) }, answer: resolve });
        });
        this.network.scheduler.later(null, 'server takes APPEND', { delay: 0, run: () => void this.take() });
        return { answer };
      },
      false,
    );
  }

  /** The server does the oldest APPEND of this session. */
  private async take(): Promise<void> {
    const next = this.queue.shift();
    if (!next) return;
    const refused = this.refuseNext;
    this.refuseNext = false;
    const stored = refused && this.network.scheduler.random.chance(0.5) ? null : await this.store(next.message);
    this.tell(next.answer, refused || !stored ? { kind: 'refused', code: 'MESSAGE_REFUSED' } : stored);
  }

  private async takeAll(): Promise<void> {
    while (this.queue.length > 0) await this.take();
  }

  private async store(message: OutgoingMessage): Promise<AppendAnswer> {
    const stored = await (await this.inner.append(message)).answer;
    this.network.truth.noteAppend(this.path);
    return stored;
  }

  private land(message: OutgoingMessage): void {
    void this.store(message);
  }

  private tell(answer: (answer: AppendAnswer) => void, what: AppendAnswer): void {
    this.network.scheduler.later(this.worker, `answer ${what.kind}`, {
      delay: 0,
      run: () => {
        const known = this.unanswered.delete(answer);
        if (known) answer(this.dead ? { kind: 'lost' } : what);
      },
    });
  }

  /** A server works off its commands in order, so whatever was sent before is carried out before. */
  private call<T>(name: string, run: () => Promise<T>, inOrder = true): Promise<T> {
    return this.network.scheduler.call(this.worker, name, async () => {
      if (this.dead) throw new MigrationError('CONNECTION_LOST', 'The connection was cut.');
      if (inOrder) await this.takeAll();
      return run();
    });
  }

  folderStates(paths: readonly string[]): ReturnType<TargetMailbox['folderStates']> {
    return this.call('target.STATUS', () => this.inner.folderStates(paths));
  }
  survey(questions: Parameters<TargetMailbox['survey']>[0]): ReturnType<TargetMailbox['survey']> {
    return this.call('target.survey', () => this.inner.survey(questions));
  }
  openFolder(path: string): ReturnType<TargetMailbox['openFolder']> {
    return this.call(`target.SELECT ${path}`, () => {
      this.path = path;
      return this.inner.openFolder(path);
    });
  }
  listMessages(range: UidRange): ReturnType<TargetMailbox['listMessages']> {
    return afterCall(() => this.call(`target.FETCH ${range.first}:*`, () => snapshot(this.inner.listMessages(range))));
  }
  listFlags(range: UidRange, since?: string): ReturnType<TargetMailbox['listFlags']> {
    return afterCall(() => this.call('target.FETCH FLAGS', () => snapshot(this.inner.listFlags(range, since))));
  }
  fetchMessages(uids: readonly TargetUid[]): ReturnType<TargetMailbox['fetchMessages']> {
    return afterCall(() => this.call('target.FETCH BODY', () => snapshot(this.inner.fetchMessages(uids))));
  }
  async *fetchGroups(groups: Iterable<readonly TargetUid[]>): ReturnType<TargetMailbox['fetchMessages']> {
    for (const uids of groups) yield* this.fetchMessages(uids);
  }
  fetchHeaders(uids: readonly TargetUid[]): ReturnType<TargetMailbox['fetchHeaders']> {
    return afterCall(() => this.call('target.FETCH HEADER', () => snapshot(this.inner.fetchHeaders(uids))));
  }
  storeFlags(...args: Parameters<TargetMailbox['storeFlags']>): Promise<void> {
    return this.call('target.STORE', () => this.inner.storeFlags(...args));
  }
  createFolder(path: string): Promise<void> {
    return this.call('target.CREATE', () => this.inner.createFolder(path));
  }
  namespaces(): ReturnType<TargetMailbox['namespaces']> {
    return this.inner.namespaces();
  }
  appendLimits(paths: readonly string[]): ReturnType<TargetMailbox['appendLimits']> {
    return this.inner.appendLimits(paths);
  }
  listFolders(): ReturnType<TargetMailbox['listFolders']> {
    return this.inner.listFolders();
  }
  subscribe(path: string): Promise<boolean> {
    return this.inner.subscribe(path);
  }
  permanentFlags(): ReturnType<TargetMailbox['permanentFlags']> {
    return this.inner.permanentFlags();
  }
}

/** One FETCH sees one moment. */
async function snapshot<T>(messages: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const all: T[] = [];
  for await (const message of messages) all.push(message);
  return (async function* () {
    yield* all;
  })();
}

async function* once(octets: Uint8Array): AsyncIterable<Uint8Array> {
  yield octets;
}
