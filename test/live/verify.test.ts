/** `--pass verify` as a user runs it: both servers are real, and what is planted at the target is found. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { startDovecot, type MailServer } from '../../demo/dovecot.ts';
import { ItemLine } from '../../shared/contract/items.ts';
import { plainEndpoint, runCli, writeBatch } from '../support/cli.ts';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import { RawImap } from '../support/raw-imap.ts';

const password = 'correct-horse';
const config = 'mail_location = maildir:~/Maildir:LAYOUT=fs';
const minutes = 60_000;

const Ended = z.looseObject({ mailbox: z.string(), verdict: z.string(), confidence: z.string() });

const message = (n: number): { octets: Buffer; flags: string[]; internalDate: string } => ({
  octets: Buffer.from(`Message-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\nbody ${n} ñ${'x'.repeat(n * 10)}\r\n`),
  flags: n % 2 === 0 ? [] : ['\\Seen'],
  internalDate: `${String((n % 28) + 1).padStart(2, '0')}-Mar-2019 23:59:59 +0530`,
});

describeWithDovecot('a verify pass', () => {
  let source: MailServer;
  let target: MailServer;
  beforeAll(async () => {
    source = await startDovecot({ anyUserPassword: password, config });
    target = await startDovecot({ anyUserPassword: password, config });
  });
  afterAll(async () => {
    await source.stop();
    await target.stop();
  });

  const person = (address: string, typed = password) => ({
    address,
    source: { user: freshUser(), password: typed },
    target: { user: freshUser(), password },
  });
  const [ada, bob, eve] = [person('ada@x.example'), person('bob@x.example'), person('eve@x.example', 'wrong')];

  const at = ({ host, port }: MailServer, login: { user: string; password: string }) =>
    RawImap.login({ host, port, ...login });

  async function fill(login: { user: string; password: string }): Promise<void> {
    const imap = await at(source, login);
    await imap.create('Projekte/Größe');
    for (let n = 0; n < 30; n++) await imap.append(n < 20 ? 'INBOX' : 'Projekte/Größe', message(n));
    imap.close();
  }

  /** One bit of a body, on the disk of the target: what no IMAP command could do under the same UID. */
  async function flipBit({ user }: { user: string }, text: string): Promise<void> {
    const home = /home=(\S+)\/%u/.exec(target.configText)?.[1] ?? '';
    const folder = join(home, user, 'Maildir', 'cur');
    for (const name of await readdir(folder)) {
      const octets = await readFile(join(folder, name));
      const where = octets.indexOf(text);
      if (where === -1) continue;
      octets[where] = (octets[where] ?? 0) ^ 1;
      return writeFile(join(folder, name), octets);
    }
    throw new Error(`no file with ${text}`);
  }

  test(
    'reads both sides again, names each planted difference, and repairs nothing by itself',
    async () => {
      await fill(ada.source);
      await fill(bob.source);
      const endpoints = { source: plainEndpoint(source), target: plainEndpoint(target) };
      const { directory, stateDir, home } = await writeBatch('verified', { rows: [ada, bob, eve], ...endpoints });
      const items = join(home, 'items.jsonl');
      const run = (...args: string[]) =>
        runCli(['run', directory, '--state', stateDir, '--json', '--items', items, ...args]);
      const lines = (result: Awaited<ReturnType<typeof runCli>>) =>
        result.events
          .filter(({ type }) => type === 'mailbox-ended')
          .map((event) => Ended.parse(event))
          .map(({ mailbox, verdict, confidence }) => `${mailbox} ${verdict}: ${confidence}`);

      expect(lines(await run()).slice(0, 1)).toEqual([
        'ada@x.example complete: Of 30 delivered messages 30 acknowledged by the target with their UID. Not read again: a verify pass does that.',
      ]);
      const equal = '30 of 30 messages read again on both sides: octets (sha256), date and flags equal.';
      const nobody = 'eve@x.example incomplete: Nothing was read again.';
      expect(lines(await run('--pass', 'verify'))).toEqual([
        `ada@x.example complete: ${equal}`,
        `bob@x.example complete: ${equal}`,
        nobody,
      ]);

      await flipBit(ada.target, 'body 12 ');
      const adaAtTarget = await at(target, ada.target);
      await adaAtTarget.expunge('Projekte/Größe', 3);
      await adaAtTarget.command('SELECT INBOX');
      await adaAtTarget.command('UID STORE 5 FLAGS (\\Flagged)');
      adaAtTarget.close();
      const bobAtSource = await at(source, bob.source);
      await bobAtSource.append('INBOX', message(31));
      bobAtSource.close();

      const second = await run('--pass', 'verify');
      expect(second.exitCode).toBe(1);
      expect(lines(second)).toEqual([
        'ada@x.example incomplete: 29 of 30 messages read again on both sides: 28 equal in octets (sha256) and date, 1 with other octets, 1 with other flags. 1 removed at the target after delivery.',
        `bob@x.example incomplete: ${equal} 1 not copied yet.`,
        nobody,
      ]);
      expect(second.summary?.mailboxes.map(({ code }) => code)).toEqual([
        'COPY_DIFFERS',
        'NOT_COPIED',
        'LOGIN_REFUSED',
      ]);
      const found = (await readFile(items, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => ItemLine.parse(JSON.parse(line)))
        .map((i) => `${i.mailbox} ${i.folder} ${i.finding}${i.otherFlags ? ', other flags' : ''}`);
      expect(found.sort()).toEqual([
        'ada@x.example INBOX equal, other flags',
        'ada@x.example INBOX other-octets',
        'ada@x.example Projekte/Größe removed',
        'bob@x.example INBOX not-copied',
      ]);
      expect(found.join('\n')).not.toContain(password);
    },
    5 * minutes,
  );
});
