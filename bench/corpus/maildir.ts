/** Builds a corpus straight into a Maildir, and keeps it: making a gigabyte of mail takes longer than copying it. */
import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot, mailAccount } from '../../demo/dovecot-config.ts';
import { corpusMessages, corpusName, type CorpusSpec } from './corpora.ts';

/** Named by the generator's own text: another generator makes another folder. */
export function corpusHome(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(import.meta.dirname).sort())
    hash.update(readFileSync(join(import.meta.dirname, name)));
  return join(tmpdir(), `mailferry-bench-${hash.digest('hex').slice(0, 12)}`);
}

/** Makes the mailbox of the user `corpusName` below `home/mail`, unless it is there. Returns whether it was made. */
export function ensureCorpus(home: string, spec: CorpusSpec): boolean {
  const user = join(home, 'mail', corpusName(spec));
  if (existsSync(user)) return false;
  const draft = join(home, `draft-${process.pid}-${corpusName(spec)}`);
  const maildir = join(draft, 'Maildir');
  mkdirSync(join(home, 'mail'), { recursive: true });
  makeFolder(maildir);
  let index = 0;
  for (const message of corpusMessages(spec)) {
    const seconds = Math.floor(message.arrivedAt.getTime() / 1000);
    const sizeBytes = message.octets.length;
    const folder = folderPath(maildir, message.folder);
    const name = `${seconds}.M${String(index++).padStart(6, '0')}P1.bench,S=${sizeBytes},W=${sizeBytes}:2,${message.maildirFlags}`;
    if (!existsSync(folder)) makeFolder(folder);
    const file = join(folder, 'cur', name);
    writeFileSync(file, message.octets);
    utimesSync(file, seconds, seconds);
  }
  if (isRoot()) own(draft);
  // The last act, so that a half-made corpus is never taken for a whole one.
  renameSync(draft, user);
  return true;
}

function folderPath(maildir: string, folder: string): string {
  return folder === 'INBOX' ? maildir : join(maildir, `.${folder.replaceAll('/', '.')}`);
}

function makeFolder(path: string): void {
  for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(path, name), { recursive: true });
}

function own(path: string): void {
  const { uid, gid } = mailAccount();
  chownSync(path, uid, gid);
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) chownSync(join(path, name), uid, gid);
}
