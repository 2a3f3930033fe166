/** The source, and one target for each set of capabilities: private Dovecots that fsync as Dovecot does by default. */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startDovecot, type MailServer } from '../demo/dovecot.ts';
import { dropTemporary, makeTemporary } from './run/temporary.ts';

export const variants = ['everything', 'literal+', 'synchronizing'] as const;
/** What the target says it can: MULTIAPPEND, LITERAL+ only, or neither. */
export type Variant = (typeof variants)[number];

export const password = 'bench';

const common = [
  'IMAP4rev1',
  'SASL-IR',
  'LOGIN-REFERRALS',
  'ID',
  'ENABLE',
  'IDLE',
  'UIDPLUS',
  'NAMESPACE',
  'CHILDREN',
  'UNSELECT',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'SPECIAL-USE',
  'CONDSTORE',
  'ESEARCH',
  'WITHIN',
  'MOVE',
  'AUTH=PLAIN',
];

/** Undefined: what Dovecot says by itself, MULTIAPPEND among it. */
const capabilities: Readonly<Record<Variant, readonly string[] | undefined>> = {
  everything: undefined,
  'literal+': [...common, 'LITERAL+'],
  synchronizing: common,
};

/** As Dovecot does by default: one fsync for each message that is stored. */
const config = 'mail_fsync = optimized\n';

export interface Servers {
  source: MailServer;
  targets: Readonly<Record<Variant, MailServer>>;
  pids: readonly number[];
  /**
   * Throws away what a user has at a target; for a few large messages. Thousands of small ones stay until the end: ext4
   * without a journal passes by each inode that was deleted in the last minutes before it gives one out, which took up
   * to half of all CPU from whatever was measured next.
   */
  forget(user: string): void;
  stop(): Promise<void>;
}

/** `corpora` holds the source's mail and stays. */
export async function startServers(corpora: string): Promise<Servers> {
  const mail = makeTemporary('targets');
  // Root's Dovecot reads mail as nobody, who has to get in.
  chmodSync(mail, 0o755);
  const source = await startDovecot({ anyUserPassword: password, baseDir: corpora, persistent: true, config });
  const started: MailServer[] = [source];
  const home = (variant: Variant): string => join(mail, variant.replace('+', ''));
  const start = async (variant: Variant): Promise<MailServer> => {
    mkdirSync(home(variant));
    const given = capabilities[variant];
    const server = await startDovecot({
      anyUserPassword: password,
      baseDir: home(variant),
      config,
      ...(given ? { capabilities: given } : {}),
    });
    started.push(server);
    return server;
  };
  const targets = {
    everything: await start('everything'),
    'literal+': await start('literal+'),
    synchronizing: await start('synchronizing'),
  };
  return {
    source,
    targets,
    pids: started.flatMap(({ pid }) => pid ?? []),
    forget: (user) => {
      for (const variant of variants) rmSync(join(home(variant), 'mail', user), { recursive: true, force: true });
    },
    stop: async () => {
      await Promise.all(started.map((server) => server.stop()));
      dropTemporary(mail);
    },
  };
}
