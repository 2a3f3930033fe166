/** `mailferry run` as a user runs it, against two real servers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startDovecot, type MailServer } from '../../demo/dovecot.ts';
import { plainEndpoint, runCli, writeBatch, type CliResult, type TestRow } from '../support/cli.ts';
import { compareMailboxes } from '../support/compare.ts';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import { RawImap } from '../support/raw-imap.ts';

const canary = { password: 'CANARY-pass=w0rd', subject: 'CANARY-subject', body: 'CANARY-body' };
const minutes = 60_000;

let source: MailServer;
let target: MailServer;

interface Person {
  row: TestRow;
  at: (side: 'source' | 'target') => { host: string; port: number; user: string; password: string };
}

function person(address: string): Person {
  const login = { user: freshUser(), password: canary.password };
  const row = { address, source: login, target: { user: freshUser(), password: canary.password } };
  const server = (side: 'source' | 'target'): MailServer => (side === 'source' ? source : target);
  return { row, at: (side) => ({ host: server(side).host, port: server(side).port, ...row[side] }) };
}

const flagSets = [[], ['\\Seen'], ['\\Seen', '\\Answered', '$Forwarded'], ['\\Flagged', '\\Draft']];

async function fill({ at }: Person, folders: Readonly<Record<string, number>>): Promise<void> {
  const imap = await RawImap.login(at('source'));
  for (const [folder, count] of Object.entries(folders)) {
    if (folder !== 'INBOX') await imap.create(folder);
    for (let n = 0; n < count; n++) await imap.append(folder, message(n));
  }
  imap.close();
}

/** Every third without Message-ID, every fifth a twin of the fifth before; 8-bit octets and lines with dots. */
function message(n: number): { octets: Buffer; flags: string[]; internalDate: string } {
  const k = n % 5 === 0 ? 0 : n;
  const head = k % 3 === 0 ? '' : `Message-ID: <${k}@x>\r\n`;
  const octets = Buffer.from(
    `${head}Subject: ${canary.subject} ${k}\r\n\r\n.\r\n${canary.body} ñ ${'x'.repeat(k * 40)}`,
  );
  return {
    octets,
    flags: flagSets[n % 4] ?? [],
    internalDate: `${String((k % 28) + 1).padStart(2, '0')}-Mar-2019 23:59:59 +0530`,
  };
}

async function batchOf(name: string, people: readonly Person[], endpoints: { source?: object; target?: object } = {}) {
  const batch = await writeBatch(name, {
    rows: people.map(({ row }) => row),
    source: endpoints.source ?? plainEndpoint(source),
    target: endpoints.target ?? plainEndpoint(target),
  });
  const run = (...args: string[]): Promise<CliResult> =>
    runCli(['run', batch.directory, '--state', batch.stateDir, '--json', ...args]);
  return { ...batch, run };
}

const line = (result: CliResult, address: string) => result.summary?.mailboxes.find((m) => m.mailbox === address);

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function filesWith(directory: string, text: string): Promise<string[]> {
  const found: string[] = [];
  const needles = [
    Buffer.from(text, 'utf8'),
    Buffer.from(text, 'utf16le'),
    Buffer.from(Buffer.from(text).toString('base64').slice(0, -4)),
  ];
  for (const file of await filesBelow(directory)) {
    const octets = await readFile(file);
    if (needles.some((needle) => octets.includes(needle))) found.push(file);
  }
  return found;
}

describeWithDovecot('mailferry run', () => {
  beforeAll(async () => {
    source = await startDovecot({
      anyUserPassword: canary.password,
      tls: true,
      config: 'mail_location = maildir:~/Maildir:LAYOUT=fs',
    });
    // The target keeps the layout that cannot store a dot in a name, and takes no message above 200 KB.
    const config = 'mail_plugins = quota\nplugin {\n  quota = maildir:User quota\n  quota_max_mail_size = 200k\n}\n';
    target = await startDovecot({ anyUserPassword: canary.password, config });
  });
  afterAll(async () => {
    await source.stop();
    await target.stop();
  });

  test(
    'brings octets, dates and flags of every folder, then only what changed',
    async () => {
      const ada = person('ada@contoso.example');
      await fill(ada, { INBOX: 30, 'Projekte/Größe': 7, 'Αρχείο/2019/Ταξίδια': 11, '📎 Receipts': 3, Empty: 0 });
      const { run } = await batchOf('whole', [ada]);

      const first = await run();
      expect(first.exitCode).toBe(0);
      expect(line(first, 'ada@contoso.example')).toMatchObject({ verdict: 'complete', source: 51, copied: 51 });
      expect(await compareMailboxes(ada.at('source'), ada.at('target'))).toEqual([]);

      const second = await run();
      expect(second.summary).toMatchObject({ exitCode: 0, passes: [{ pass: 'incremental' }] });
      expect(line(second, 'ada@contoso.example')).toMatchObject({ verdict: 'complete', copiedNow: 0 });

      const imap = await RawImap.login(ada.at('source'));
      await imap.append('INBOX', message(101));
      await imap.command('SELECT INBOX');
      await imap.command('UID STORE 1:3 +FLAGS (\\Flagged)');
      imap.close();
      const third = await run();
      expect(line(third, 'ada@contoso.example')).toMatchObject({ verdict: 'complete', copiedNow: 1 });
      expect(await compareMailboxes(ada.at('source'), ada.at('target'))).toEqual([]);
    },
    2 * minutes,
  );

  test(
    'a difference that is planted at the target is found by the comparison',
    async () => {
      const eve = person('eve@contoso.example');
      await fill(eve, { INBOX: 3 });
      const { run } = await batchOf('planted', [eve]);
      expect((await run()).exitCode).toBe(0);
      const imap = await RawImap.login(eve.at('target'));
      await imap.expunge('INBOX', 2);
      imap.close();
      expect(await compareMailboxes(eve.at('source'), eve.at('target'))).not.toEqual([]);
    },
    minutes,
  );

  test(
    'a wrong password ends that mailbox after at most two tries, and no other',
    async () => {
      const [good, bad] = [person('good@contoso.example'), person('bad@contoso.example')];
      await fill(good, { INBOX: 2 });
      bad.row.source = { ...bad.row.source, password: 'CANARY-wrong' };
      const { run } = await batchOf('passwords', [good, bad]);
      const result = await run();
      expect(result.exitCode).toBe(1);
      expect(line(result, 'good@contoso.example')).toMatchObject({ verdict: 'complete' });
      expect(line(result, 'bad@contoso.example')).toMatchObject({ verdict: 'incomplete', code: 'LOGIN_REFUSED' });
      expect(result.stderr).toContain('wave1.csv:3');
      const tries = source
        .log()
        .split('\n')
        .filter((l) => l.includes(bad.row.source.user) && l.includes('auth failed'));
      expect(tries.length).toBeGreaterThan(0);
      expect(tries.length).toBeLessThanOrEqual(2);
    },
    minutes,
  );

  test(
    'a folder and a message that the target refuses are named; everything else arrives',
    async () => {
      const ann = person('ann@contoso.example');
      await fill(ann, { INBOX: 4, 'v1.2': 2 });
      const imap = await RawImap.login(ann.at('source'));
      const octets = Buffer.from(`Subject: large\r\n\r\n${'large '.repeat(60_000)}`);
      await imap.append('INBOX', { octets, flags: [], internalDate: '01-Jan-2026 00:00:00 +0000' });
      imap.close();
      const { run, home } = await batchOf('refused', [ann]);
      const items = join(home, 'items.jsonl');
      const result = await run('--items', items);
      expect(result.exitCode).toBe(1);
      expect(line(result, 'ann@contoso.example')).toMatchObject({
        verdict: 'incomplete',
        code: 'FOLDER_REFUSED',
        copied: 4,
      });
      const [item] = (await readFile(items, 'utf8'))
        .trim()
        .split('\n')
        .map((text): unknown => JSON.parse(text));
      expect(item).toMatchObject({
        mailbox: 'ann@contoso.example',
        folder: 'INBOX',
        uid: 5,
        code: expect.stringMatching(/^MESSAGE_|TARGET_FULL/),
      });
    },
    minutes,
  );

  test(
    'an unreachable server, an unknown issuer: told per mailbox, and trusted once the issuer is named',
    async () => {
      const tom = person('tom@contoso.example');
      await fill(tom, { INBOX: 2 });
      const nobody = await batchOf('nobody', [tom], {
        source: plainEndpoint({ host: '127.0.0.1', port: await freePort() }),
      });
      expect(line(await nobody.run(), 'tom@contoso.example')).toMatchObject({ code: 'SERVER_UNREACHABLE' });

      const secure = {
        host: 'localhost',
        port: source.tlsPort,
        tls: 'implicit',
        auth: 'password',
        allowPrivateAddress: true,
      };
      const distrusted = await batchOf('distrusted', [tom], { source: secure });
      expect(line(await distrusted.run(), 'tom@contoso.example')).toMatchObject({ code: 'TLS_INVALID' });

      const trusted = await batchOf('trusted', [tom], { source: { ...secure, caFile: 'issuer.pem' } });
      await writeFile(join(trusted.directory, 'issuer.pem'), source.caPem);
      expect(await trusted.run()).toMatchObject({ exitCode: 0 });
    },
    3 * minutes,
  );

  test(
    'rows that cannot be used are rejected with line and reason; the good ones go on',
    async () => {
      const kim = person('kim@contoso.example');
      await fill(kim, { INBOX: 1 });
      const { run, directory, stateDir } = await batchOf('rejected', [kim]);
      const csv = join(directory, 'wave1.csv');
      await writeFile(csv, `${await readFile(csv, 'utf8')}no-address,u,p,,t\r\nlee@contoso.example,u,,x,t\r\n`);
      const result = await run();
      expect(result.exitCode).toBe(1);
      expect(line(result, 'kim@contoso.example')).toMatchObject({ verdict: 'complete' });
      const rejected = (await filesBelow(stateDir)).find(
        (file) => file.endsWith('rejected.csv') && file.includes('reports'),
      );
      const text = await readFile(rejected ?? '', 'utf8');
      expect(text).toContain('3,EmailAddress,');
      expect(text).toContain('4,Password,lee@contoso.example');
    },
    minutes,
  );

  test(
    'preflight and verify write nothing at the target',
    async () => {
      const pia = person('pia@contoso.example');
      await fill(pia, { INBOX: 3, 'Only here': 1 });
      const { run } = await batchOf('looking', [pia]);
      expect(await run('--pass', 'preflight')).toMatchObject({ exitCode: 0 });
      expect((await compareMailboxes(pia.at('source'), pia.at('target'))).length).toBeGreaterThan(0);
      expect(await run('--pass', 'verify')).toMatchObject({ exitCode: 1 });
      expect(await run()).toMatchObject({ exitCode: 0, summary: { passes: [{ pass: 'initial' }] } });
      expect(await run('--pass', 'verify')).toMatchObject({ exitCode: 0 });
    },
    2 * minutes,
  );

  describe('after the final pass', () => {
    test(
      'no password, subject or body is left anywhere, and the mailbox can be taken up again',
      async () => {
        const una = person('una@contoso.example');
        await fill(una, { INBOX: 6 });
        const { run, stateDir } = await batchOf('closing', [una]);
        const results = [await run(), await run('--pass', 'final')];
        expect(results.map((r) => r.exitCode)).toEqual([0, 0]);
        expect(await compareMailboxes(una.at('source'), una.at('target'))).toEqual([]);
        for (const secret of [canary.password, canary.subject, canary.body]) {
          expect(await filesWith(stateDir, secret)).toEqual([]);
          for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain(secret);
        }
        expect(await run()).toMatchObject({
          exitCode: 0,
          summary: { passes: [{ pass: 'incremental', verdict: 'complete' }] },
        });
      },
      2 * minutes,
    );
  });
});
