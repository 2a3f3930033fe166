/** A batch with one mailbox on in-memory servers, and what the workflow does to it: plan, slices, settle. */
import pMap from 'p-map';
import { memoryPorts } from '../../shared/adapters/memory/index.ts';
import {
  MemoryMailServers,
  type MailAccount,
  type MailAccountOptions,
} from '../../shared/adapters/memory/mail/index.ts';
import { MailboxId } from '../../shared/contract/ids.ts';
import type { BatchRecord, MailboxRecord } from '../../shared/contract/items.ts';
import type { PassKind } from '../../shared/contract/names.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import type { MailboxEnded, SliceResult } from '../../shared/contract/workflow.ts';
import { newHistory } from '../../shared/core/batch/new-history.ts';
import { MigrationError } from '../../shared/errors.ts';
import type { MailServers } from '../../shared/ports/mail.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { sealLogins, type Logins } from '../../shared/steps/logins.ts';
import { planMailbox } from '../../shared/steps/plan-mailbox.ts';
import { settleMailbox } from '../../shared/steps/settle-mailbox.ts';
import { syncSlice } from '../../shared/steps/sync-slice.ts';

export const batch = 'contoso';
export const mailboxId = MailboxId.parse('ada-contoso.com-0123456789');
export const key = { batch, mailboxId };

/** What steps run over. */
export interface Surroundings {
  ports: Ports;
  /** Run as many chunks at once as the workflow would; otherwise one after the other, which is easier to reason about. */
  chunksAtOnce: boolean;
  /** Moves the clock that the steps see. */
  advance(seconds: number): void;
}

export interface World extends Surroundings {
  source: MailAccount;
  target: MailAccount;
}

export async function createWorld(
  options: {
    source?: MailAccountOptions;
    target?: MailAccountOptions;
    settings?: Partial<Settings>;
    chunksAtOnce?: boolean;
  } = {},
): Promise<World> {
  const servers = new MemoryMailServers();
  const source = servers.addSource('ada', 'secret', options.source);
  const target = servers.addTarget('ada@new', 'secret', options.target);
  const endpoint = { host: 'mail.example', port: 993, tls: 'implicit', auth: 'password' } as const;
  const surroundings = await surroundingsOf(servers, {
    settings: { source: endpoint, target: endpoint, ...options.settings },
    logins: { source: { user: 'ada', password: 'secret' }, target: { user: 'ada@new', password: 'secret' } },
  });
  return { ...surroundings, source, target, chunksAtOnce: options.chunksAtOnce ?? false };
}

/** A batch with one mailbox, stores in memory, and a clock that stands still unless it is moved. */
export async function surroundingsOf(
  servers: MailServers,
  { settings, logins }: { settings: BatchRecord['settings']; logins: Logins },
): Promise<Surroundings> {
  let nowMs = Date.parse('2026-11-24T10:00:00Z');
  const ports: Ports = { ...memoryPorts(), servers, clock: { nowMs: () => nowMs } };
  await ports.batches.put({
    batch,
    state: 'open',
    settings,
    certificates: { source: null, target: null },
    initialDone: false,
    dueAt: null,
    lastPass: null,
  });
  await ports.mailboxes.put(batch, mailboxRecord());
  await sealLogins(ports, key, logins);
  return { ports, chunksAtOnce: false, advance: (seconds) => void (nowMs += seconds * 1000) };
}

function mailboxRecord(): MailboxRecord {
  return {
    ...newHistory(mailboxId),
    emailAddress: 'ada@contoso.com',
    sourceUser: 'ada',
    targetUser: 'ada@new',
    userRoot: null,
    origin: 'wave1.csv:2',
    updatedAt: '2026-11-24T10:00:00Z',
  };
}

const plenty = { remainingMs: () => 600_000 };
let invocations = 0;

/** One pass over the mailbox, as the state machine runs it. `ports` may be interrupted ones. */
export async function runPass(
  world: Surroundings,
  pass: { passId: string; pass: PassKind },
  ports: Ports = world.ports,
): Promise<MailboxEnded> {
  const request = { batch, mailboxId, ...pass };
  for (let round = 0; round < 50; round++) {
    const plan = await planMailbox(ports, request, plenty);
    if (plan.status === 'ended') return plan;
    if (plan.status === 'wait') world.advance(plan.waitSeconds);
    if (plan.status !== 'planned') continue;
    const failedChunks: { chunk: number; error: string }[] = [];
    const run = async (chunk: number): Promise<void> => {
      const error = await runChunk(world, { ...request, chunk }, ports);
      if (error) failedChunks.push({ chunk, error });
    };
    // Started in order, as the workflow's inline Map does.
    const concurrency = world.chunksAtOnce ? plan.chunkConcurrency : 1;
    await pMap([...Array(plan.chunkCount).keys()], run, { concurrency });
    return settleMailbox(ports, { ...request, failure: null, failedChunks });
  }
  throw new Error('planning never ends');
}

async function runChunk(
  world: Surroundings,
  request: Parameters<typeof slice>[1],
  ports: Ports,
): Promise<string | null> {
  let observed: SliceResult['observed'] = null;
  for (let loop = 0; loop < 60; loop++) {
    try {
      const result = await slice(ports, request, { loop, observed });
      if (result.status === 'done' || result.status === 'continued') return null;
      if (result.status === 'wait') world.advance(result.waitSeconds);
      observed = result.observed;
    } catch (error) {
      if (error instanceof MigrationError) return error.code;
      throw error;
    }
  }
  throw new Error('a chunk never ends');
}

function slice(
  ports: Ports,
  request: { batch: string; mailboxId: MailboxId; passId: string; pass: PassKind; chunk: number },
  at: { loop: number; observed: SliceResult['observed'] },
): Promise<SliceResult> {
  return syncSlice(ports, { ...request, ...at }, { id: `invocation-${++invocations}`, deadline: plenty });
}

/** Every message as `folder|octets|instant|flags`, sorted: what must be equal on both sides. */
export function contents(account: MailAccount): string[] {
  const lines: string[] = [];
  for (const folder of account.folders.values()) {
    lines.push(`${folder.path}|`);
    for (const m of folder.messages) {
      lines.push(
        `${folder.path}|${Buffer.from(m.octets).toString('base64')}|${m.internalDate}|${[...m.flags].sort().join(' ')}`,
      );
    }
  }
  return lines.sort();
}
