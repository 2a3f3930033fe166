/** A target that refuses something, as a user meets it: the report, the list of items, and `mailferry retry`. */
import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startDovecot, type MailServer } from '../../demo/dovecot.ts';
import { plainEndpoint, runCli, writeBatch, type CliResult } from '../support/cli.ts';
import { compareMailboxes } from '../support/compare.ts';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import { RawImap } from '../support/raw-imap.ts';

const password = 'pass-Word-3';
const strict = 'mail_plugins = quota\nplugin {\n  quota = maildir:User quota\n  quota_max_mail_size = 20k\n}\n';
const long = 'k'.repeat(100);

const records = async (file: string): Promise<unknown[]> =>
  (await readFile(file, 'utf8')).split('\n').flatMap((line): unknown[] => (line === '' ? [] : [JSON.parse(line)]));

describeWithDovecot('mailferry retry', () => {
  test('brings from quarantine what the target takes by now, also when the source has lost it', async () => {
    const baseDir = mkdtempSync(join(tmpdir(), 'mailferry-retry-'));
    const port = await freePort();
    const startTarget = (config: string): Promise<MailServer> =>
      startDovecot({ anyUserPassword: password, baseDir, port, persistent: true, config });
    const source = await startDovecot({ anyUserPassword: password, config: 'mail_max_keyword_length = 200\n' });
    let target = await startTarget(strict);
    try {
      const row = {
        address: 'ada@contoso.example',
        source: { user: freshUser(), password },
        target: { user: freshUser(), password },
      };
      const at = (server: MailServer, login: { user: string; password: string }) => ({ ...plain(server), ...login });
      const imap = await RawImap.login(at(source, row.source));
      const large = (name: string): Buffer => Buffer.from(`Subject: ${name}\r\n\r\n${'large '.repeat(5_000)}`);
      await imap.append('INBOX', { octets: Buffer.from('Subject: fine\r\n\r\n'), flags: ['\\Seen'] });
      await imap.append('INBOX', { octets: Buffer.from('Subject: flags\r\n\r\n'), flags: ['\\Seen', long] });
      await imap.append('INBOX', { octets: large('one'), flags: ['\\Flagged'] });
      await imap.append('INBOX', { octets: large('two'), internalDate: '05-May-2015 05:05:05 +0000' });

      const { directory, stateDir, home } = await writeBatch('refused', {
        rows: [row],
        source: plainEndpoint(source),
        target: plainEndpoint(target),
      });
      const items = join(home, 'items.jsonl');
      const mailferry = (command: string): Promise<CliResult> =>
        runCli([command, directory, '--state', stateDir, '--json', '--items', items]);

      const first = await mailferry('run');
      expect(first.exitCode).toBe(0);
      expect(first.summary?.mailboxes[0]).toMatchObject({
        verdict: 'complete with skips',
        copied: 2,
        quarantined: 2,
        repaired: 1,
        pendingFlags: 1,
      });
      expect(first.stderr).toContain('2 messages in quarantine');
      expect(first.stderr).toContain('1 message repaired');
      expect(await records(items)).toMatchObject([
        { uid: 2, outcome: 'copied', repairs: ['flags'], pendingFlags: [long] },
        { uid: 3, outcome: 'quarantined', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        { uid: 4, outcome: 'quarantined' },
      ]);

      // The next pass leaves quarantine alone.
      const second = await mailferry('run');
      expect(second.summary?.mailboxes[0]).toMatchObject({ verdict: 'complete with skips', copiedNow: 0 });

      await imap.expunge('INBOX', 4);
      imap.close();
      await target.stop();
      target = await startTarget('mail_max_keyword_length = 200\n');
      const retried = await mailferry('retry');
      expect(retried.exitCode).toBe(0);
      expect(retried.summary).toMatchObject({
        passes: [{ pass: 'retry', verdict: 'complete' }],
        mailboxes: [{ source: 3, copied: 3, copiedNow: 2, quarantined: 0, repaired: 1, pendingFlags: 0, surplus: 0 }],
      });
      expect(await records(items)).toMatchObject([{ uid: 2, outcome: 'copied', repairs: ['flags'] }]);
      const after = await RawImap.login(at(target, row.target));
      const arrived = await after.fetchAll('INBOX');
      after.close();
      expect(arrived).toHaveLength(4);
      const vanished = arrived.find(({ octets }) => octets.equals(large('two')));
      expect(vanished).toMatchObject({ internalDate: '05-May-2015 05:05:05 +0000' });
      const differences = await compareMailboxes(at(source, row.source), at(target, row.target));
      expect(differences.map(({ what }) => what).sort()).toEqual(['count', 'message extra']);
    } finally {
      await target.stop();
      await source.stop();
      rmSync(baseDir, { recursive: true, force: true });
    }
  }, 180_000);
});

const plain = ({ host, port }: MailServer): { host: string; port: number } => ({ host, port });
