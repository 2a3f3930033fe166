/** The clock: after the initial pass it starts the passes that are due, until the final one closes the batch. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startOperator, type Operator } from '../../cli/stack.ts';
import { startDovecot, type MailServer } from '../../demo/dovecot.ts';
import { plainEndpoint, runCli, writeBatch } from '../support/cli.ts';
import { compareMailboxes } from '../support/compare.ts';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import { RawImap } from '../support/raw-imap.ts';

const password = 'secret';
const minuteMs = 60_000;

describeWithDovecot('the tick', () => {
  let server: MailServer;
  beforeAll(async () => {
    server = await startDovecot({ anyUserPassword: password });
  });
  afterAll(() => server.stop());

  test('starts an incremental pass when it is due and not before, and none after the batch is closed', async () => {
    const access = (user: string) => ({ host: server.host, port: server.port, user, password });
    const [source, target] = [access(freshUser()), access(freshUser())];
    const deliver = async (text: string): Promise<void> => {
      const imap = await RawImap.login(source);
      await imap.append('INBOX', { octets: Buffer.from(text), flags: [], internalDate: '01-Jan-2026 00:00:00 +0000' });
      imap.close();
    };
    const batch = await writeBatch('ticking', {
      rows: [{ address: 'ada@contoso.example', source, target }],
      source: plainEndpoint(server),
      target: plainEndpoint(server),
      extra: { schedule: { every: '30m' } },
    });
    const args = ['run', batch.directory, '--state', batch.stateDir, '--json'];
    await deliver('first');
    expect(await runCli(args)).toMatchObject({ exitCode: 0 });
    await deliver('second');

    const afterTick = await withOperator(batch.stateDir, async (operator) => {
      const dueAt = Date.parse((await operator.ports.batches.read('ticking'))?.dueAt ?? '');
      expect(dueAt).toBeGreaterThan(Date.now() + 25 * minuteMs);
      operator.stack.tick(dueAt - minuteMs);
      await operator.stack.idle();
      const before = operator.stack.executions().length;
      operator.stack.tick(dueAt + minuteMs);
      operator.stack.tick(dueAt + minuteMs);
      await operator.stack.idle();
      return { before, names: operator.stack.executions().map(({ name }) => name) };
    });
    expect(afterTick.before).toBe(1);
    expect(afterTick.names).toHaveLength(2);
    expect(afterTick.names.some((name) => /^ticking-\d{8}T\d{4}-incremental-/.test(name))).toBe(true);
    expect(await compareMailboxes(source, target)).toEqual([]);

    expect(await runCli([...args, '--pass', 'final'])).toMatchObject({ exitCode: 0 });
    await withOperator(batch.stateDir, async (operator) => {
      expect(await operator.ports.batches.read('ticking')).toMatchObject({ state: 'closed', dueAt: null });
      operator.stack.tick(Date.now() + 10 * 24 * 60 * minuteMs);
      await operator.stack.idle();
      expect(operator.stack.executions()).toHaveLength(3);
    });
  }, 120_000);
});

async function withOperator<T>(stateDir: string, use: (operator: Operator) => Promise<T>): Promise<T> {
  const operator = await startOperator({ stateDir, watch: false, onEvent: () => {}, say: () => {} });
  try {
    return await use(operator);
  } finally {
    await operator.close();
  }
}
