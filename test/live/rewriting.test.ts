/** A target that adds a header line to each message it is given, half filled by another tool, and a run that is killed. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { startDovecot, type MailServer } from '../../demo/dovecot.ts';
import { plainEndpoint, runCli, writeBatch } from '../support/cli.ts';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import { isAppend, startImapProxy, withHeader, type Gate, type ImapProxy } from '../support/imap-proxy/index.ts';
import { RawImap, type RawAccess } from '../support/raw-imap.ts';

const password = 'secret';
const rewritten = withHeader('X-Stored-By: another');
const folders = ['INBOX', 'Αρχείο'];
const perFolder = 30;
const planted = 10;

/** Every fifth is a twin of the one before; folded and 8-bit headers. */
const message = (folder: string, n: number) => ({
  octets: Buffer.from(
    `Message-ID:\r\n <${folder.length}.${n % 5 === 4 ? n - 1 : n}@x>\r\nFrom: Ä <a@x>\r\nSubject: no ${n % 5 === 4 ? n - 1 : n}\r\n\r\nbody\r\n`,
  ),
  flags: [],
  internalDate: `0${1 + (n % 3)}-Mar-2026 10:00:0${n % 2} +0100`,
});

describeWithDovecot('a target that rewrites what it stores', () => {
  let source: MailServer;
  let target: MailServer;
  let proxy: ImapProxy;
  beforeAll(async () => {
    source = await startDovecot({ anyUserPassword: password });
    target = await startDovecot({ anyUserPassword: password });
    proxy = await startImapProxy(target, { stores: rewritten });
  });
  afterAll(async () => {
    await proxy.stop();
    await source.stop();
    await target.stop();
  });

  test('half copied by another tool, the run killed in the middle: nothing is missing, nothing twice', async () => {
    const logins = { source: { user: freshUser(), password }, target: { user: freshUser(), password } };
    const from = { host: source.host, port: source.port, ...logins.source };
    const to = { host: target.host, port: target.port, ...logins.target };
    await fill(from, to);
    const batch = await writeBatch('rewriting', {
      rows: [{ address: 'ada@contoso.example', ...logins }],
      source: { ...plainEndpoint(source), connections: { perMailbox: 1 } },
      target: { ...plainEndpoint(proxy.endpoint), connections: { perMailbox: 1 } },
    });
    const run = (more: { killWhen?: Promise<unknown> } = {}) =>
      runCli(['run', batch.directory, '--state', batch.stateDir, '--json'], more);

    const { gate, reached } = secondFolder();
    proxy.behaviour.gate = gate;
    expect((await run({ killWhen: reached })).signal).toBe('SIGKILL');
    delete proxy.behaviour.gate;
    const ended = await run();
    expect(ended.summary?.mailboxes).toMatchObject([
      { verdict: 'complete', source: 2 * perFolder, present: 2 * planted, surplus: 0 },
    ]);
    // Those that the other tool had rewritten, and the folder whose answers were never heard.
    expect(ended.summary?.mailboxes).toMatchObject([{ byHeaders: planted + perFolder }]);
    for (const folder of folders) expect(await contents(to, folder)).toEqual(await contents(from, folder));
    expect((await run()).summary?.mailboxes).toMatchObject([{ verdict: 'complete', copiedNow: 0, surplus: 0 }]);
    await rm(batch.home, { recursive: true, force: true });
  }, 600_000);
});

async function fill(from: RawAccess, to: RawAccess): Promise<void> {
  const [there, here] = [await RawImap.login(from), await RawImap.login(to)];
  for (const folder of folders) {
    if (folder !== 'INBOX') await there.create(folder);
    for (let n = 0; n < perFolder; n++) await there.append(folder, message(folder, n));
  }
  for (let n = 0; n < 2 * planted; n++) {
    const { octets, ...rest } = message('INBOX', n);
    await here.append('INBOX', { octets: n < planted ? octets : rewritten(octets), ...rest });
  }
  there.close();
  here.close();
}

/** Stored, and never heard of: the answers of the folder that comes second, when it is known already that this target rewrites. */
function secondFolder(): { gate: Gate; reached: Promise<void> } {
  const seen = new Set<string>();
  let arrive = (): void => {};
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const gate: Gate = (point) => {
    if (!isAppend(point)) return null;
    seen.add(/^APPEND (\S+)/.exec(point.command.text)?.[1] ?? '');
    if (seen.size < 2 || point.when !== 'answer') return null;
    arrive();
    return 'swallow';
  };
  return { gate, reached };
}

async function contents(at: RawAccess, folder: string): Promise<string[]> {
  const imap = await RawImap.login(at);
  const messages = await imap.fetchAll(folder);
  imap.close();
  return messages
    .map(({ octets, internalDate }) => `${internalDate} ${octets.toString('utf8').replace(/^X-Stored-By: .*\r\n/, '')}`)
    .sort();
}
