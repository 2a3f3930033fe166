/** From an upload to a closed batch, step by step, on in-memory ports. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { memoryPorts } from '../../../shared/adapters/memory/index.ts';
import { MemoryMailServers } from '../../../shared/adapters/memory/mail/index.ts';
import type { MailboxId } from '../../../shared/contract/ids.ts';
import type { MailboxRecord } from '../../../shared/contract/items.ts';
import { ledgerKeys, passKeys, reportKeys } from '../../../shared/contract/keys.ts';
import { PassSummary } from '../../../shared/contract/report.ts';
import type { BatchPlanned, PassRequest } from '../../../shared/contract/workflow.ts';
import { mailboxIdOf } from '../../../shared/core/mailbox-id.ts';
import { closeBatch } from '../../../shared/steps/close-batch.ts';
import { revealLogins } from '../../../shared/steps/logins.ts';
import { planBatch } from '../../../shared/steps/plan-batch.ts';
import { reportPass } from '../../../shared/steps/report-pass.ts';
import { startPass } from '../../../shared/steps/start-pass.ts';
import type * as z from 'zod';

const batch = 'contoso';
const csvKey = 'contoso/wave1.csv';
const header = 'EmailAddress,UserName,Password,TargetUserName,TargetPassword\r\n';
const ada = 'ada@contoso.example,ada,pw-of-ada,ada@new.example,target-pw\r\n';
const bob = 'bob@contoso.example,bob,pw-of-bob,bob@new.example,target-pw\r\n';
const settings = {
  source: { host: 'old.example', port: 993, tls: 'implicit', auth: 'password' },
  target: {
    host: 'new.example',
    port: 993,
    tls: 'implicit',
    auth: 'password',
    connections: { total: 9, perMailbox: 3 },
  },
  schedule: { every: '6h' },
};

type Ports = ReturnType<typeof createPorts>;
const createPorts = () => ({ ...memoryPorts(), servers: new MemoryMailServers() });
let ports: Ports;

beforeEach(() => {
  ports = createPorts();
  ports.intake.upload('contoso/migration.json', JSON.stringify(settings));
});

const uploaded = (versionId: string, key = csvKey) => ({ kind: 'upload', key, versionId }) as const;

/** Uploads, lets StartPass decide, and returns what the execution would get. */
async function started(text: string, metadata: Record<string, string> = {}): Promise<PassRequest> {
  const versionId = ports.intake.upload(csvKey, text, metadata);
  await startPass(ports, uploaded(versionId));
  const request = ports.passes.started.at(-1);
  if (!request) throw new Error('nothing was started');
  return request;
}

async function planned(request: PassRequest): Promise<z.infer<typeof BatchPlanned>> {
  const result = await planBatch(ports, request);
  if (result.status !== 'planned') throw new Error(result.reason);
  return result;
}

/** What the child execution of one mailbox would leave. */
async function settled(request: PassRequest, address: string, fields: Partial<MailboxRecord> = {}): Promise<void> {
  const counts = { source: 3, copied: 3, present: 0, skipped: 0, quarantined: 0, gone: 0, bytes: 300 };
  await ports.mailboxes.update(batch, mailboxIdOf(address), {
    state: 'settled',
    passId: request.passId,
    verdict: 'complete',
    counts,
    copiedNow: 3,
    finalDone: request.pass === 'final',
    ...fields,
  });
}

interface Child {
  address: string;
  output?: object;
  error?: string;
}

async function mapResults(children: { succeeded?: Child[]; failed?: Child[]; pending?: Child[] }) {
  const file = async (name: string, list: Child[] = []) => {
    if (list.length === 0) return [];
    const text = list.map(({ address, output, error }) => ({
      Input: JSON.stringify({ mailboxId: mailboxIdOf(address) }),
      ...(output ? { Output: JSON.stringify(output) } : {}),
      ...(error === undefined ? {} : { Error: error }),
    }));
    const { key } = await ports.data.putJson(`results/${name}_0.json`, text);
    return [{ Key: key, Size: 1 }];
  };
  return ports.data.putJson('results/manifest.json', {
    DestinationBucket: 'data',
    MapRunArn: 'arn',
    ResultFiles: {
      SUCCEEDED: await file('SUCCEEDED', children.succeeded),
      FAILED: await file('FAILED', children.failed),
      PENDING: await file('PENDING', children.pending),
    },
  });
}

const ended = (address: string): Child => ({
  address,
  output: { status: 'ended', mailboxId: mailboxIdOf(address), verdict: 'complete' },
});

async function summaryOf(request: PassRequest): Promise<PassSummary> {
  const summary = await ports.data.readJson(reportKeys.summary(batch, request.passId), (v) => PassSummary.parse(v));
  if (!summary) throw new Error('no summary');
  return summary;
}

/** A pass over ada (and bob) in which everything went well. */
async function wholePass(request: PassRequest, addresses: string[]): Promise<void> {
  const { manifest } = await planned(request);
  for (const address of addresses) await settled(request, address);
  const results = await mapResults({ succeeded: addresses.map(ended) });
  const { pass, passId } = request;
  await reportPass(ports, { batch, pass, passId, manifest, results, failure: null });
}

describe('StartPass', () => {
  test('makes one pass of one upload, however often it is told', async () => {
    const versionId = ports.intake.upload(csvKey, header + ada);
    const answers = [await startPass(ports, uploaded(versionId)), await startPass(ports, uploaded(versionId))];
    const [first, second] = answers.map(({ started: list }) => list[0]);
    expect(first?.passId).toMatch(/^contoso-wave1-initial-[0-9a-f]{8}$/);
    expect(second?.passId).toBe(first?.passId);
    expect(new Set(ports.passes.started.map(({ passId }) => passId)).size).toBe(1);
  });

  test('decides once: a second delivery after the first pass ended starts nothing else', async () => {
    const versionId = ports.intake.upload(csvKey, header + ada);
    await startPass(ports, uploaded(versionId));
    await ports.batches.put({ ...(await openBatch()), initialDone: true });
    await startPass(ports, uploaded(versionId));
    expect(new Set(ports.passes.started.map(({ pass }) => pass))).toEqual(new Set(['initial']));
  });

  test('takes the pass that the upload asks for, else initial, then incremental', async () => {
    expect((await started(header + ada, { pass: 'preflight' })).pass).toBe('preflight');
    expect((await started(header + ada)).pass).toBe('initial');
    await ports.batches.put({ ...(await openBatch()), initialDone: true });
    expect((await started(header + ada)).pass).toBe('incremental');
  });

  test.each(['wave1.csv', 'a/b/wave1.csv', 'not a batch/wave1.csv'])('ignores %s', async (key) => {
    const answer = await startPass(ports, uploaded('v1', key));
    expect(answer.started).toEqual([]);
    expect(answer.ignored).not.toBeNull();
  });

  test('a tick starts what is due, once per tick, and nothing that is running', async () => {
    await ports.batches.put({ ...(await openBatch()), initialDone: true, dueAt: '2026-11-24T10:00:00Z' });
    const tick = (scheduledFor: string) => startPass(ports, { kind: 'tick', scheduledFor });
    expect((await tick('2026-11-24T09:45:00Z')).started).toEqual([]);
    const [first] = (await tick('2026-11-24T10:00:00Z')).started;
    expect(first?.passId).toMatch(/^contoso-20261124T1000-incremental-/);
    expect((await tick('2026-11-24T10:00:00Z')).started[0]?.passId).toBe(first?.passId);
    await ports.batches.lock(batch, first?.passId ?? '');
    expect((await tick('2026-11-24T10:15:00Z')).started).toEqual([]);
  });

  test('frees a batch whose pass is no longer running', async () => {
    await ports.batches.put(await openBatch());
    await ports.batches.lock(batch, 'stopped-by-hand');
    const request = await started(header + ada);
    expect((await planBatch(ports, request)).status).toBe('planned');
  });
});

const openBatch = () =>
  Promise.resolve({
    batch,
    state: 'open',
    settings: {
      source: { ...settings.source, tls: 'implicit', auth: 'password' },
      target: { ...settings.target, tls: 'implicit', auth: 'password' },
    },
    certificates: { source: null, target: null },
    initialDone: false,
    dueAt: null,
    lastPass: null,
  } as const);

describe('PlanBatch', () => {
  test('seals the passwords, lists the mailboxes, and deletes every version of the CSV', async () => {
    ports.intake.upload(csvKey, 'an older version with passwords');
    const request = await started(header + ada + bob);
    const result = await planned(request);
    expect(result).toMatchObject({ mailboxCount: 2, mailboxConcurrency: 3 });
    expect(await ports.intake.read(csvKey)).toBeNull();
    const key = { batch, mailboxId: mailboxIdOf('ada@contoso.example') };
    expect(await revealLogins(ports, key)).toEqual({
      source: { user: 'ada', password: 'pw-of-ada' },
      target: { user: 'ada@new.example', password: 'target-pw' },
    });
    const redacted = ports.data.objects.get(passKeys.redactedCsv(batch, request.passId))?.octets.toString();
    expect(redacted).toContain('ada@contoso.example,ada,***');
    expect([...ports.data.objects.values()].some(({ octets }) => octets.includes('pw-of'))).toBe(false);
  });

  test('run again after the CSV is gone, answers the same', async () => {
    const request = await started(header + ada);
    const first = await planned(request);
    expect(await planned(request)).toEqual(first);
  });

  test('waits while another pass holds the batch', async () => {
    const request = await started(header + ada);
    await ports.batches.lock(batch, 'another');
    expect(await planBatch(ports, request)).toMatchObject({ status: 'wait', waitSeconds: 15 });
    expect(await ports.intake.read(csvKey)).not.toBeNull();
  });

  test.each([
    ['SETTINGS_INVALID', '{"source": 1}', header + ada],
    ['CSV_EMPTY', JSON.stringify(settings), header],
    ['CSV_HEADER_MISSING', JSON.stringify(settings), 'a,b\r\nc,d\r\n'],
    [
      'SETTINGS_INVALID',
      JSON.stringify({ ...settings, source: { ...settings.source, caFile: 'no.pem' } }),
      header + ada,
    ],
  ])('%s: the CSV is deleted all the same', async (code, settingsText, csv) => {
    ports.intake.upload('contoso/migration.json', settingsText);
    const request = await started(csv);
    await expect(planBatch(ports, request)).rejects.toMatchObject({ code });
    expect(await ports.intake.read(csvKey)).toBeNull();
  });

  test('a mailbox that was copied keeps its target; before that a typo may be corrected', async () => {
    await planned(await started(header + ada));
    await ports.batches.unlock(batch, ports.passes.started.at(-1)?.passId ?? '');
    const moved = ada.replace('ada@new.example', 'ada2@new.example');
    const second = await started(header + moved);
    expect(await planned(second)).toMatchObject({ mailboxCount: 1 });
    await ports.batches.unlock(batch, second.passId);
    await ports.mailboxes.update(batch, mailboxIdOf('ada@contoso.example'), { plan: { bucket: 'data', key: 'x' } });
    const third = await started(header + ada);
    expect(await planned(third)).toMatchObject({ mailboxCount: 0 });
    expect(await ports.batches.readPass(batch, third.passId)).toMatchObject({ rejectedCount: 1 });
  });
});

describe('two uploads of one CSV within a second', () => {
  const older = header + ada + bob;
  const addresses = ['ada@contoso.example'];
  const bobsMailbox = mailboxIdOf('bob@contoso.example');
  const report = async (request: PassRequest) => {
    const { manifest, mailboxCount } = await planned(request);
    expect(mailboxCount).toBe(0);
    const { pass, passId } = request;
    return reportPass(ports, { batch, pass, passId, manifest, results: null, failure: null });
  };

  test('in their order: each pass reads its own, and the newer stays until its pass has', async () => {
    const first = await started(older);
    const second = await started(header + ada);
    expect(await planned(first)).toMatchObject({ mailboxCount: 2 });
    expect(await ports.intake.read(csvKey)).not.toBeNull();
    await ports.batches.unlock(batch, first.passId);
    expect(await planned(second)).toMatchObject({ mailboxCount: 1 });
    expect(await ports.intake.read(csvKey)).toBeNull();
  });

  test('the newer first: the older ends as superseded, and changes nothing', async () => {
    const first = await started(older);
    const second = await started(header + ada.replace('pw-of-ada', 'corrected'));
    await wholePass(second, addresses);
    const before = [await ports.batches.read(batch), await ports.mailboxes.read(batch, bobsMailbox)];
    expect(await report(first)).toMatchObject({ verdict: 'incomplete', mailboxes: 0 });
    expect(await summaryOf(first)).toMatchObject({ supersededBy: second.passId, failure: null, rejected: 0 });
    expect([await ports.batches.read(batch), await ports.mailboxes.read(batch, bobsMailbox)]).toEqual(before);
    const logins = await revealLogins(ports, { batch, mailboxId: mailboxIdOf('ada@contoso.example') });
    expect(logins.source.password).toBe('corrected');
    const html = ports.data.objects.get(reportKeys.html(batch, first.passId))?.octets.toString() ?? '';
    expect(html).toContain(second.passId);
  });

  test('the newer first, and the event of the older later: it starts no pass of its own', async () => {
    const olderVersion = ports.intake.upload(csvKey, older);
    const second = await started(header + ada);
    await wholePass(second, addresses);
    expect((await startPass(ports, uploaded(olderVersion))).started).toMatchObject([{ passId: second.passId }]);
  });

  test('the newer first, and it cannot be used: it fails, the older is superseded', async () => {
    const first = await started(older);
    const second = await started('a,b\r\nc,d\r\n');
    await expect(planBatch(ports, second)).rejects.toMatchObject({ code: 'CSV_HEADER_MISSING' });
    await ports.batches.unlock(batch, second.passId);
    expect(await report(first)).toMatchObject({ verdict: 'incomplete' });
    expect(await summaryOf(first)).toMatchObject({ supersededBy: second.passId });
  });

  test('the newer stops before it has deleted anything: run again it still knows what it replaced', async () => {
    const first = await started(older);
    const second = await started(header + ada);
    const { intake } = ports;
    const broken = Object.assign(Object.create(intake), { deleteUpTo: () => Promise.reject(new Error('stopped')) });
    await expect(planBatch({ ...ports, intake: broken }, second)).rejects.toThrow('stopped');
    await wholePass(second, addresses);
    expect(await intake.read(csvKey)).toBeNull();
    await report(first);
    expect(await summaryOf(first)).toMatchObject({ supersededBy: second.passId });
  });

  test('an older one whose pass has read it keeps the record of that pass', async () => {
    const first = await started(older);
    const { intake } = ports;
    const broken = Object.assign(Object.create(intake), { deleteUpTo: () => Promise.reject(new Error('stopped')) });
    await expect(planBatch({ ...ports, intake: broken }, first)).rejects.toThrow('stopped');
    await ports.batches.unlock(batch, first.passId);
    await planned(await started(header + ada));
    expect(await ports.batches.readPass(batch, first.passId)).toMatchObject({ mailboxCount: 2 });
  });

  test('a CSV that somebody deleted is still an error', async () => {
    const request = await started(older);
    if (request.scope.kind === 'csv') await ports.intake.deleteUpTo(csvKey, request.scope.versionId);
    await expect(planBatch(ports, request)).rejects.toMatchObject({ code: 'CSV_GONE' });
  });
});

describe('ReportPass', () => {
  test('accounts for every row: failed, pending and silent children leave their mailbox incomplete', async () => {
    const addresses = ['ok', 'failed', 'pending', 'silent', 'liar'].map((name) => `${name}@contoso.example`);
    const request = await started(header + addresses.map((a) => `${a},${a},p,,p\r\n`).join(''));
    const { manifest } = await planned(request);
    await settled(request, 'ok@contoso.example');
    const results = await mapResults({
      succeeded: [ended('ok@contoso.example'), ended('liar@contoso.example')],
      failed: [{ address: 'failed@contoso.example', error: 'States.DataLimitExceeded' }],
      pending: [{ address: 'pending@contoso.example' }],
    });
    const { pass, passId } = request;
    const reported = await reportPass(ports, { batch, pass, passId, manifest, results, failure: null });
    expect(reported).toMatchObject({ verdict: 'incomplete', mailboxes: 5, incomplete: 4 });
    const { mailboxes } = await summaryOf(request);
    expect(mailboxes.filter((m) => m.verdict === 'complete').map((m) => m.emailAddress)).toEqual([
      'ok@contoso.example',
    ]);
    expect(mailboxes.find((m) => m.emailAddress.startsWith('failed'))?.failure?.message).toContain(
      'States.DataLimitExceeded',
    );
    expect(mailboxes.find((m) => m.emailAddress.startsWith('liar'))?.failure?.code).toBe('INTERNAL');
  });

  test('frees the batch and sets when the next pass is due', async () => {
    const request = await started(header + ada);
    await wholePass(request, ['ada@contoso.example']);
    expect(await ports.batches.lockHolder(batch)).toBeNull();
    const dueAt = new Date(ports.clock.nowMs() + 6 * 3_600_000).toISOString();
    expect(await ports.batches.read(batch)).toMatchObject({
      initialDone: true,
      dueAt,
      lastPass: { verdict: 'complete' },
    });
  });

  test('a pass that failed as a whole is reported, and does not count as the first pass', async () => {
    ports.intake.upload('contoso/migration.json', '{}');
    const { pass, passId } = await started(header + ada);
    const failure = {
      error: 'SETTINGS_INVALID',
      cause: '{"errorType":"SETTINGS_INVALID","errorMessage":"migration.json: \\"source\\" is missing."}',
    };
    const reported = await reportPass(ports, { batch, pass, passId, manifest: null, results: null, failure });
    expect(reported.verdict).toBe('incomplete');
    const html = ports.data.objects.get(reportKeys.html(batch, passId))?.octets.toString() ?? '';
    expect(html).toContain('SETTINGS_INVALID');
    expect(html).toContain('&quot;source&quot; is missing.');
  });

  test('collects the items of all mailboxes', async () => {
    const request = await started(header + ada);
    const { manifest } = await planned(request);
    await settled(request, 'ada@contoso.example');
    const mailboxId: MailboxId = mailboxIdOf('ada@contoso.example');
    const item = {
      mailbox: 'ada@contoso.example',
      folder: 'INBOX',
      uid: 7,
      outcome: 'skipped',
      code: 'MESSAGE_TOO_LARGE',
      sizeBytes: 9,
      internalDate: 'd',
    };
    await ports.data.putLines(ledgerKeys.items(batch, mailboxId), [item]);
    await ports.data.putJson(ledgerKeys.summary(batch, mailboxId), { mailboxId, folders: [] });
    const results = await mapResults({ succeeded: [ended('ada@contoso.example')] });
    const { pass, passId } = request;
    await reportPass(ports, { batch, pass, passId, manifest, results, failure: null });
    const items = ports.data.objects.get(reportKeys.items(batch, passId))?.octets.toString();
    expect(JSON.parse(items ?? '')).toEqual(item);
  });
});

describe('CloseBatch', () => {
  const close = ({ passId }: PassRequest) => closeBatch(ports, { batch, pass: 'final', passId });
  const credential = (address: string) => ports.credentials.get({ batch, mailboxId: mailboxIdOf(address) });

  test('destroys the passwords of finished mailboxes and closes the batch', async () => {
    const request = await started(header + ada, { pass: 'final' });
    await wholePass(request, ['ada@contoso.example']);
    expect(await close(request)).toMatchObject({ status: 'closed' });
    expect(await credential('ada@contoso.example')).toBeNull();
    expect(await ports.batches.read(batch)).toMatchObject({ state: 'closed', dueAt: null });
    expect(await ports.batches.listOpen()).toEqual([]);
    expect(await close(request)).toMatchObject({ status: 'closed' });
  });

  test('keeps what is not finished or in doubt, and comes back for it', async () => {
    const request = await started(header + ada + bob, { pass: 'final' });
    await wholePass(request, ['ada@contoso.example', 'bob@contoso.example']);
    await ports.mailboxes.update(batch, mailboxIdOf('bob@contoso.example'), { openDoubts: 1 });
    expect(await close(request)).toEqual({ status: 'open', reason: '1 of 2 mailboxes are not finished.' });
    expect(await credential('bob@contoso.example')).not.toBeNull();
    const dueAt = new Date(ports.clock.nowMs() + 3_600_000).toISOString();
    expect(await ports.batches.read(batch)).toMatchObject({ state: 'closing', dueAt });
    const tick = await startPass(ports, { kind: 'tick', scheduledFor: dueAt });
    expect(tick.started[0]?.passId).toContain('-final-');
  });

  test('leaves the other waves of the batch open', async () => {
    await wholePass(await started(header + ada), ['ada@contoso.example']);
    const final = await started(header + bob, { pass: 'final' });
    await wholePass(final, ['bob@contoso.example']);
    await close(final);
    expect(await ports.batches.read(batch)).toMatchObject({ state: 'open' });
    expect(await credential('bob@contoso.example')).toBeNull();
    expect(await credential('ada@contoso.example')).not.toBeNull();
  });

  test('an upload opens a closed batch again', async () => {
    const final = await started(header + ada, { pass: 'final' });
    await wholePass(final, ['ada@contoso.example']);
    await close(final);
    await planned(await started(header + ada));
    expect(await ports.batches.read(batch)).toMatchObject({ state: 'open' });
  });
});
