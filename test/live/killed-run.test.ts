/** The whole program, killed without warning again and again, against a real server. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { startDovecot, type MailServer } from '../../demo/dovecot.ts';
import { plainEndpoint, runCli, writeBatch } from '../support/cli.ts';
import { compareMailboxes } from '../support/compare.ts';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import { RawImap } from '../support/raw-imap.ts';

const kills = 20;

describeWithDovecot('a run that is killed (kill -9) at random moments', () => {
  let source: MailServer;
  let target: MailServer;
  beforeAll(async () => {
    source = await startDovecot({ anyUserPassword: 'secret' });
    target = await startDovecot({ anyUserPassword: 'secret' });
  });
  afterAll(async () => {
    await source.stop();
    await target.stop();
  });

  test(`${kills} times, with mail arriving in between, ends with both sides equal and nothing twice`, async () => {
    const [from, to] = [freshUser(), freshUser()];
    const people = { source: { user: from, password: 'secret' }, target: { user: to, password: 'secret' } };
    const batch = await writeBatch('killed', {
      rows: [{ address: 'ada@contoso.example', ...people }],
      source: plainEndpoint(source),
      target: plainEndpoint(target),
    });
    const args = ['run', batch.directory, '--state', batch.stateDir, '--json'];
    const deaths: number[] = [];
    for (let n = 0; n < kills; n++) {
      await deliver(source, from, n);
      // From before the upload to after the report: a whole run takes two to three seconds here.
      const killAfterMs = 400 + Math.floor(Math.random() * 2_200);
      const { signal } = await runCli(args, { killAfterMs });
      if (signal === 'SIGKILL') deaths.push(killAfterMs);
    }
    // The first run goes on with what was left, the second sees what came after that pass was planned.
    const resumed = await runCli(args);
    const last = await runCli(args);
    expect({
      deaths: deaths.length > 10,
      resumed: resumed.exitCode,
      last: last.exitCode,
      text: last.stderr,
    }).toMatchObject({
      deaths: true,
      resumed: 0,
      last: 0,
    });
    const access = ({ host, port }: MailServer, login: { user: string; password: string }) => ({
      host,
      port,
      ...login,
    });
    expect(await compareMailboxes(access(source, people.source), access(target, people.target))).toEqual([]);
    expect(last.summary?.mailboxes).toMatchObject([{ verdict: 'complete', surplus: 0 }]);
    await rm(batch.home, { recursive: true, force: true });
  }, 600_000);
});

/** A few messages, two of them twins without a Message-ID. */
async function deliver(server: MailServer, user: string, round: number): Promise<void> {
  const imap = await RawImap.login({ host: server.host, port: server.port, user, password: 'secret' });
  const folder = round % 3 === 0 ? 'INBOX' : `Έργα/${round % 3}`;
  if (folder !== 'INBOX' && round < 3) await imap.create(folder);
  for (let i = 0; i < 5; i++) {
    const twin = i > 2;
    const text = twin
      ? `round ${round}`
      : `Message-ID: <${round}.${i}@x>\r\nSubject: ${round}\r\n\r\n${'line\r\n'.repeat(i * 500)}`;
    await imap.append(folder, {
      octets: Buffer.from(text),
      flags: i % 2 === 0 ? ['\\Seen'] : [],
      internalDate: `0${twin ? 1 : i + 1}-Feb-2026 10:00:${String(round).padStart(2, '0')} +0100`,
    });
  }
  imap.close();
}
