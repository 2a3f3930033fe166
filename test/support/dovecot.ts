import { describe } from '@jest/globals';
import { dovecotInstalled, type MailServer } from '../../demo/dovecot.ts';
import type { Mailbox } from '../suites/mail-suite.ts';
import { RawImap } from './raw-imap.ts';

/** Skipped by name where Dovecot cannot be had; in CI a missing Dovecot is a failure, not a skip. */
export function describeWithDovecot(name: string, suite: () => void): void {
  if (dovecotInstalled() || process.env['CI'] === 'true') describe(name, suite);
  else describe.skip(`${name} (Dovecot 2.3 is not installed)`, suite);
}

let users = 0;

/** A mailbox of its own for each test. */
export function freshUser(): string {
  return `user${process.pid}-${++users}@example.org`;
}

/** A fresh mailbox of a server that takes any user with `password`, in the hand of the independent client. */
export async function mailboxAt({ host, port }: MailServer, password: string): Promise<Mailbox> {
  const login = { user: freshUser(), password };
  const withClient = async <T>(use: (imap: RawImap) => Promise<T>): Promise<T> => {
    const imap = await RawImap.login({ host, port, ...login });
    try {
      return await use(imap);
    } finally {
      imap.close();
    }
  };
  return {
    login,
    create: (path) => withClient((imap) => imap.create(path)),
    plant: (path, message) => withClient((imap) => imap.append(path, message)),
    remove: (path, uid) => withClient((imap) => imap.expunge(path, uid)),
    see: (path) => withClient(async (imap) => (await imap.fetchAll(path)).map(withoutRecent)),
  };
}

function withoutRecent<T extends { flags: string[] }>(message: T): T {
  return { ...message, flags: message.flags.filter((flag) => flag !== '\\Recent') };
}
