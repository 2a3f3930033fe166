/** The steps over real servers: our IMAP adapter, a proxy before each side, stores in memory. */
import { ImapServers } from '../../shared/adapters/imap/index.ts';
import type { MailboxRecord } from '../../shared/contract/items.ts';
import type { EndpointSettings } from '../../shared/contract/settings.ts';
import type { PassKind } from '../../shared/contract/names.ts';
import { MigrationError } from '../../shared/errors.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { compareMailboxes, type Difference } from './compare.ts';
import { freshUser } from './dovecot.ts';
import { startImapProxy, type Behaviour, type ImapProxy } from './imap-proxy/index.ts';
import { RawImap, type RawAccess } from './raw-imap.ts';
import { key, runPass, surroundingsOf, type Surroundings } from './world.ts';

type Address = Pick<RawAccess, 'host' | 'port'>;

export interface ImapWorld extends Surroundings {
  /** What our side sees; `from` and `to` go to the servers themselves. */
  source: ImapProxy;
  target: ImapProxy;
  from: RawAccess;
  to: RawAccess;
  stop(): Promise<void>;
}

export interface ImapWorldOptions {
  /** A mailbox that is there already; default: a fresh one. The source is never changed, so many worlds may share it. */
  sourceUser?: string;
  /** The same of the target, which an earlier world may have filled. */
  targetUser?: string;
  source?: Behaviour;
  target?: Behaviour;
}

export const password = 'secret';

export async function imapWorld(server: Address, options: ImapWorldOptions = {}): Promise<ImapWorld> {
  const { host, port } = server;
  const from = { host, port, user: options.sourceUser ?? freshUser(), password };
  const to = { host, port, user: options.targetUser ?? freshUser(), password };
  const [source, target] = await Promise.all([
    startImapProxy(server, options.source),
    startImapProxy(server, options.target),
  ]);
  const surroundings = await surroundingsOf(new ImapServers(), {
    settings: { source: settingsOf(source), target: settingsOf(target) },
    logins: { source: { user: from.user, password }, target: { user: to.user, password } },
  });
  const stop = async (): Promise<void> => void (await Promise.all([source.stop(), target.stop()]));
  return { ...surroundings, source, target, from, to, stop };
}

function settingsOf({ endpoint }: ImapProxy): EndpointSettings {
  const { host, port, tls, auth } = endpoint;
  return { host, port, tls, auth, allowPlaintext: true, allowPrivateAddress: true };
}

let passes = 0;

/** One pass; steps that end with an error worth repeating are repeated, as the state machine does. */
export async function pass(
  world: Surroundings,
  kind: PassKind = 'incremental',
  ports: Ports = world.ports,
): Promise<MailboxRecord> {
  const request = { passId: `contoso-${++passes}`, pass: kind };
  for (let attempt = 1; ; attempt++) {
    try {
      await runPass(world, request, ports);
      const record = await world.ports.mailboxes.read(key.batch, key.mailboxId);
      if (!record) throw new Error('The mailbox has no record.');
      return record;
    } catch (error) {
      if (!(error instanceof MigrationError) || error.retry !== 'now' || attempt === 4) throw error;
      world.advance(60);
    }
  }
}

/** Passes until the mailbox is complete: 5 at most. */
export async function untilComplete(world: Surroundings): Promise<MailboxRecord> {
  for (let n = 1; ; n++) {
    const record = await pass(world, 'initial');
    if (record.verdict === 'complete' || n === 5) return record;
    world.advance(900);
  }
}

export const differences = ({ from, to }: ImapWorld): Promise<Difference[]> => compareMailboxes(from, to);

export async function withClient<T>(access: RawAccess, use: (imap: RawImap) => Promise<T>): Promise<T> {
  const imap = await RawImap.login(access);
  try {
    return await use(imap);
  } finally {
    imap.close();
  }
}
