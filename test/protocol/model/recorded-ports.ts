/** Ports whose effects, and whose reading of what others change, are recorded in the model's words. */
import type { ChunkRecord } from '../../../shared/contract/items.ts';
import type { AppendAnswer, OutgoingMessage, TargetMailbox } from '../../../shared/ports/mail.ts';
import type { Ports } from '../../../shared/ports/ports.ts';
import type { Actor, Fate } from './recorder.ts';

/** Of octets as they are sent: the model's name of the message. */
export type NameOf = (octets: string) => string;

export function recordedPorts(ports: Ports, actor: Actor, nameOf: NameOf): Ports {
  const { chunks, data, servers, mailboxes, folders } = ports;
  const looks = new Looks(actor);
  return {
    ...ports,
    chunks: but(chunks, {
      replace: async (key, next, condition) => {
        const word = wordOf(actor.record ?? (await chunks.read(key, next.chunkId)), next);
        const write = () => chunks.replace(key, next, condition);
        return actor.effect(write, (written) => `${word}${written ? '' : ': refused, ends'}`, next);
      },
      read: (key, chunkId) => looks.reads(() => chunks.read(key, chunkId)),
    }),
    data: but(data, {
      putLines: (key, rows) => {
        const [, part] = /\/parts\/.*\/(\d+)\.jsonl$/.exec(key) ?? [];
        const put = () => data.putLines(key, rows);
        return part === undefined ? put() : actor.effect(put, () => `writes ledger part ${Number(part)}`);
      },
    }),
    mailboxes: recordedMailboxes(mailboxes, actor),
    folders: but(folders, {
      put: (key, record) =>
        actor.effect(
          () => folders.put(key, record),
          () => 'writes the ledger',
        ),
    }),
    servers: but(servers, {
      openTarget: async (endpoint, login) => {
        const target = await servers.openTarget(endpoint, login);
        return recordedTarget(target, { actor, looks, nameOf });
      },
    }),
  };
}

function recordedMailboxes(mailboxes: Ports['mailboxes'], actor: Actor): Ports['mailboxes'] {
  return but(mailboxes, {
    update: (batch, id, change) => {
      const update = () => mailboxes.update(batch, id, change);
      const { verdict, rewrites } = change;
      if (verdict) return actor.effect(update, () => `the verdict is "${verdict}"`);
      return rewrites == null ? update() : actor.effect(update, () => `reads its copies: ${learnt[`${rewrites}`]}`);
    },
  });
}

const learnt: Record<string, string> = { true: 'the target rewrites', false: 'it keeps octets' };

function wordOf(before: ChunkRecord | null, next: ChunkRecord): string {
  if (next.fence > (before?.fence ?? 0)) return 'claims the chunk';
  if (next.sequence > (before?.sequence ?? 0)) return `commits rows [${before?.committed ?? 0}, ${next.committed})`;
  if (next.owner === null) return 'releases';
  return `opens rows [${next.committed}, ${next.open?.to})`;
}

/** Which records are read for what: for a look-up, before its FETCH and behind it, or for what was there before. */
class Looks {
  isInSession = false;
  private readonly actor: Actor;
  private hasFetched = false;

  constructor(actor: Actor) {
    this.actor = actor;
  }

  async fetches(first: number): Promise<void> {
    if (this.actor.reading) await this.actor.effect(nothing, () => 'looks: who else may be meant');
    this.hasFetched = true;
    await this.actor.effect(nothing, () => `looks: FETCH from UID ${first}`);
  }

  /** Bodies: of candidates, where records were read for them. */
  async compares(): Promise<void> {
    if (this.actor.reading && !this.hasFetched)
      await this.actor.effect(nothing, () => 'compares what was there before');
  }

  async reads<T>(read: () => Promise<T>): Promise<T> {
    const { actor } = this;
    if (!this.isInSession || !actor.holds) return read();
    if (this.hasFetched) {
      this.hasFetched = false;
      return actor.effect(read, () => 'looks: claims');
    }
    actor.reading = true;
    return read();
  }
}

const nothing = async (): Promise<void> => undefined;

interface Session {
  actor: Actor;
  looks: Looks;
  nameOf: NameOf;
}

function recordedTarget(target: TargetMailbox, session: Session): TargetMailbox {
  const { actor, looks } = session;
  looks.isInSession = true;
  return but(target, {
    survey: (questions) =>
      actor.effect(
        () => target.survey(questions),
        () => 'looks at the target',
      ),
    async *listMessages(range) {
      if (range.last === '*') await looks.fetches(range.first);
      yield* target.listMessages(range);
    },
    async *fetchMessages(uids) {
      await looks.compares();
      yield* target.fetchMessages(uids);
    },
    append: (message) => append(target, session, message),
  });
}

/** In memory an APPEND is carried out as it is sent. */
async function append(
  target: TargetMailbox,
  { actor, nameOf }: Session,
  message: OutgoingMessage,
): Promise<{ answer: Promise<AppendAnswer> }> {
  const parts: Uint8Array[] = [];
  for await (const part of message.octets) parts.push(part);
  const octets = Buffer.concat(parts);
  const name = nameOf(octets.toString('latin1'));
  return actor.begin(`sends (${name})`, async (fate) => {
    // It lost the chunk while this was on its way: abandoned, and here that means never carried out.
    const isStored = fate !== 'NO' && fate !== 'lost' && actor.holds;
    const { answer } = isStored
      ? await target.append({ ...message, octets: once(octets) })
      : { answer: Promise.resolve<AppendAnswer>({ kind: 'lost' }) };
    if (isStored) actor.unanswered.push(name);
    const told = answered(actor, { name, fate, answer });
    told.catch(() => undefined);
    return { answer: told };
  });
}

function answered(
  actor: Actor,
  { name, fate, answer }: { name: string; fate: Fate | null; answer: Promise<AppendAnswer> },
): Promise<AppendAnswer> {
  return actor.inTurn(async () => {
    const stored = await answer;
    if (!actor.holds) {
      actor.lands();
      return { kind: 'lost' };
    }
    const isNo = fate === 'NO' || fate === 'NO, stored';
    const isLost = fate === 'lost' || fate === 'lost, stored';
    if (isNo) actor.note(`NO to (${name}) of ${actor.name}, which may be stored nevertheless`);
    else if (isLost) actor.note(`the answer to (${name}) of ${actor.name} is lost`);
    else actor.note(`the target stores (${name}) for ${actor.name}, OK`);
    if (fate !== 'NO' && fate !== 'lost') actor.unanswered.shift();
    if (fate === 'NO, stored' || fate === 'lost, stored') actor.note(`an abandoned APPEND lands: ${name}`);
    if (isNo) return { kind: 'refused', code: 'MESSAGE_REFUSED' };
    return isLost ? { kind: 'lost' } : stored;
  });
}

async function* once(octets: Uint8Array): AsyncIterable<Uint8Array> {
  yield octets;
}

/** The port with some of its methods replaced. */
function but<T extends object>(port: T, methods: Partial<T>): T {
  return new Proxy(port, {
    get(object, property) {
      const own: unknown = Reflect.get(methods, property);
      const member: unknown = own ?? Reflect.get(object, property, object);
      return typeof member === 'function' ? member.bind(object) : member;
    },
  });
}
