/**
 * One worker in a process of its own, for its memory: the steps of a mailbox with the real IMAP adapter and the loaded
 * SDK clients of a Lambda, with stores in memory. The only part of the bench that uses the product's code.
 */
import * as z from 'zod';
import { currentRuntime } from '../../functions/runtime.ts';
import { memoryPorts } from '../../shared/adapters/memory/index.ts';
import type { MailboxId } from '../../shared/contract/ids.ts';
import type { MailboxEnded, PassRequest } from '../../shared/contract/workflow.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { planBatch } from '../../shared/steps/plan-batch.ts';
import { planMailbox } from '../../shared/steps/plan-mailbox.ts';
import { settleMailbox } from '../../shared/steps/settle-mailbox.ts';
import { syncSlice } from '../../shared/steps/sync-slice.ts';

const Input = z.object({ settings: z.string(), csv: z.string() });

const batch = 'bench';
const deadline = { remainingMs: (): number => 800_000 };
const rounds = 100;

async function main(text: string): Promise<number> {
  const { settings, csv } = Input.parse(JSON.parse(text));
  const memory = memoryPorts();
  const { servers, clock } = currentRuntime().ports;
  const ports: Ports = { ...memory, servers, clock };
  memory.intake.upload(`${batch}/migration.json`, settings);
  const key = `${batch}/wave1.csv`;
  const versionId = memory.intake.upload(key, csv);
  const request: PassRequest = {
    batch,
    pass: 'initial',
    passId: 'bench-initial',
    scope: { kind: 'csv', key, versionId },
  };
  await planBatch(ports, request);
  for await (const { mailboxId } of ports.mailboxes.list(batch)) {
    const { verdict } = await copyMailbox(ports, { ...request, mailboxId });
    if (verdict !== 'complete') return 1;
  }
  return 0;
}

async function copyMailbox(ports: Ports, request: PassRequest & { mailboxId: MailboxId }): Promise<MailboxEnded> {
  for (let round = 0; round < rounds; round++) {
    const plan = await planMailbox(ports, request, deadline);
    if (plan.status === 'ended') return plan;
    if (plan.status !== 'planned') continue;
    for (let chunk = 0; chunk < plan.chunkCount; chunk++) await copyChunk(ports, { ...request, chunk });
    return settleMailbox(ports, { ...request, failure: null, failedChunks: [] });
  }
  throw new Error('planning does not end');
}

async function copyChunk(ports: Ports, request: PassRequest & { mailboxId: MailboxId; chunk: number }): Promise<void> {
  for (let loop = 0; loop < rounds; loop++) {
    const { status } = await syncSlice(ports, { ...request, loop, observed: null }, { id: `slice-${loop}`, deadline });
    if (status === 'done' || status === 'continued') return;
  }
  throw new Error('a chunk does not end');
}

// A CommonJS bundle, as the Lambdas' are, has no top-level await.
void main(process.argv[2] ?? '').then((code) => (process.exitCode = code));
