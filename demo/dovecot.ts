/** A private Dovecot 2.3 on random loopback ports, as root or as any user. Nothing of the system's configuration is read. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { configuration, isRoot, mailAccount, userLine, type DovecotUser } from './dovecot-config.ts';

export type { DovecotUser } from './dovecot-config.ts';

export interface DovecotOptions {
  users?: readonly DovecotUser[];
  /** Instead of `users`: whoever comes with this password has a mailbox. */
  anyUserPassword?: string;
  /** Where the mail lives; default: a temporary folder that `stop` removes. */
  baseDir?: string;
  /** Plain port; default: a free one. */
  port?: number;
  /** Keep `baseDir` on stop, so that the next start shows the same mailboxes. */
  persistent?: boolean;
  /** Adds an implicit-TLS port and STARTTLS, with a fresh issuer (`caPem`). */
  tls?: boolean;
  /** Advertise exactly these capabilities after login. */
  capabilities?: readonly string[];
  /** More lines of dovecot.conf; they win. */
  config?: string;
}

export interface MailServer {
  kind: 'dovecot' | 'hoodiecrow';
  host: string;
  port: number;
  /** 0 without TLS. */
  tlsPort: number;
  /** Issuer of the certificate (valid for 127.0.0.1 and localhost); empty without TLS. */
  caPem: string;
  pid: number | null;
  configText: string;
  log(): string;
  stop(): Promise<void>;
}

const binary = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot', '/opt/homebrew/sbin/dovecot'].find((p) =>
  existsSync(p),
);

/** Only 2.3: version 2.4 has another configuration language. */
export function dovecotInstalled(): boolean {
  return binary !== undefined && spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.startsWith('2.3.');
}

export async function startDovecot(options: DovecotOptions): Promise<MailServer> {
  if (binary === undefined || !dovecotInstalled()) {
    throw new Error('Dovecot 2.3 is not installed: run `node bin/setup.mjs` (Debian, Ubuntu: dovecot-imapd)');
  }
  // Unix sockets end at 107 bytes, so the runtime folder is never under baseDir.
  const dir = mkdtempSync(join(tmpdir(), 'dc-'));
  chmodSync(dir, 0o755);
  const account = mailAccount();
  const mailDir = mailFolder(options.baseDir ?? dir, account);
  const [port, tlsPort] = [options.port ?? (await freePort()), options.tls === true ? await freePort() : 0];
  const caPem = options.tls === true ? makeCertificates(dir) : '';
  const configText = configuration({ ...options, dir, mailDir, port, tlsPort, account, tls: options.tls === true });
  writeFileSync(join(dir, 'users'), (options.users ?? []).map(userLine).join(''), { mode: 0o644 });
  writeFileSync(join(dir, 'dovecot.conf'), configText);
  const child = spawn(binary, ['-F', '-c', join(dir, 'dovecot.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const log = (): string => (existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8') : '');
  // An error that ends this process must not leave a server behind.
  const onExit = (): void => void child.kill('SIGTERM');
  process.once('exit', onExit);
  await accepting(child, port, log);
  const stop = async (): Promise<void> => {
    process.off('exit', onExit);
    await ended(child);
    rmSync(dir, { recursive: true, force: true });
    if (options.baseDir === undefined || options.persistent === true) return;
    for (const path of [mailDir, join(options.baseDir, 'mail')]) rmSync(path, { recursive: true, force: true });
  };
  return { kind: 'dovecot', host: '127.0.0.1', port, tlsPort, caPem, pid: child.pid ?? null, configText, log, stop };
}

/**
 * Root's Dovecot reads mail as `nobody`, who may not enter a private folder such as /root: the mail then lives in
 * /var/tmp behind a link, and whoever deletes the link starts with empty mailboxes.
 */
function mailFolder(baseDir: string, account: { uid: number; gid: number }): string {
  const path = join(baseDir, 'mail');
  if (existsSync(path)) return realpathSync(path);
  mkdirSync(baseDir, { recursive: true });
  if (isRoot() && !isOpenToAll(baseDir)) symlinkSync(mkdtempSync('/var/tmp/mailferry-mail-'), path);
  else mkdirSync(path);
  const folder = realpathSync(path);
  if (isRoot()) chownSync(folder, account.uid, account.gid);
  return folder;
}

function isOpenToAll(folder: string): boolean {
  const real = realpathSync(folder);
  return (statSync(real).mode & 0o001) !== 0 && (dirname(real) === real || isOpenToAll(dirname(real)));
}

function makeCertificates(dir: string): string {
  const openssl = (...args: string[]): void => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: dir, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
  };
  const key = (name: string): string[] => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    name,
  ];
  writeFileSync(join(dir, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  openssl('req', '-x509', ...key('ca.key'), '-out', 'ca.pem', '-days', '30', '-subj', '/CN=mailferry test issuer');
  openssl('req', ...key('server.key'), '-out', 'server.csr', '-subj', '/CN=localhost');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '1', '-days', '30', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed);
  return readFileSync(join(dir, 'ca.pem'), 'utf8');
}

async function accepting(child: ChildProcess, port: number, log: () => string): Promise<void> {
  let errors = '';
  child.stderr?.on('data', (text: Buffer) => (errors += text.toString()));
  for (let attempt = 0; !(await greets(port)); attempt++) {
    if (child.exitCode !== null || attempt > 400) {
      child.kill('SIGKILL');
      throw new Error(`Dovecot did not start: ${errors}${log()}`);
    }
    await sleep(15);
  }
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(500, done(false)).once('data', done(true)).once('error', done(false));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
