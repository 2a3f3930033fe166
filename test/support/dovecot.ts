import { describe } from '@jest/globals';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dovecotInstalled, startDovecot, type MailServer } from '../../demo/dovecot.ts';
import type { Mailbox } from '../suites/mail-suite.ts';
import { RawImap } from './raw-imap.ts';

/** Skipped by name where Dovecot cannot be had; in CI a missing Dovecot is a failure, not a skip. */
export function describeWithDovecot(name: string, suite: () => void): void {
  if (dovecotInstalled() || process.env['CI'] === 'true') describe(name, suite);
  else describe.skip(`${name} (Dovecot 2.3 is not installed)`, suite);
}

/**
 * For tests that log in a thousand times to fresh mailboxes: mail lies in memory where the system has such a folder, in
 * few files, and a process serves one session after the other.
 */
export async function startQuickDovecot(password: string): Promise<MailServer> {
  const baseDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'mailferry-'));
  chmodSync(baseDir, 0o755);
  const config = 'mail_location = mdbox:~/mail\nservice imap {\n service_count = 500\n process_min_avail = 4\n}';
  const server = await startDovecot({ anyUserPassword: password, baseDir, config });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(baseDir, { recursive: true, force: true });
  };
  return { ...server, stop };
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
