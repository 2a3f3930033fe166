/** The real steps over servers and stores in memory, with an instance's messages, struck once. */
import { limits } from '../../../shared/core/protocol/limits.ts';
import { LedgerRow } from '../../../shared/contract/items.ts';
import { planMailbox } from '../../../shared/steps/plan-mailbox.ts';
import { settleMailbox } from '../../../shared/steps/settle-mailbox.ts';
import { syncSlice } from '../../../shared/steps/sync-slice.ts';
import type { SliceResult } from '../../../shared/contract/workflow.ts';
import { Interrupted } from '../../support/interrupt.ts';
import { batch, createWorld, key, mailboxId, type World } from '../../support/world.ts';
import { recordedPorts } from './recorded-ports.ts';
import { Actor, Recorder, type Effect, type Strike } from './recorder.ts';
import type { Instance, Mail } from './setting.ts';
import { dateOf, octetsOf } from './setting.ts';

export interface Real {
  effects: readonly Effect[];
  count: number;
  end: End;
}

/** What the invariants are judged by. */
export interface End {
  ledger: Pick<LedgerRow, 'outcome' | 'targetUid' | 'evidence' | 'doubt'>[];
  /** Names of the messages at the target, by UID. */
  atTarget: string[];
  verdict: string | null;
  surplus: number;
  openDoubts: number;
}

const request = { batch, mailboxId, passId: 'one', pass: 'initial' } as const;
const deadline = { remainingMs: () => 600_000 };

export async function runReal(instance: Instance, strike: Strike | null): Promise<Real> {
  const usual = { ...limits };
  Object.assign(limits, { windowRows: instance.windowRows, lookDelaySeconds: 0 });
  try {
    const world = await worldOf(instance);
    await planMailbox(world.ports, request, deadline);
    const run = new Run(world, new Recorder(strike), instance.messages);
    await run.chunk();
    await run.settle();
    return await run.found();
  } finally {
    Object.assign(limits, usual);
  }
}

async function worldOf(instance: Instance): Promise<World> {
  const { uidPlus, rewrites, learns } = instance;
  const world = await createWorld({ target: { uidPlus, ...(rewrites ? { rewrites: 'header' } : {}) } });
  for (const mail of instance.messages)
    world.source.store('INBOX', { octets: octetsOf(mail), internalDate: dateOf(mail.day) });
  for (const mail of instance.planted)
    world.target.storeRewritten('INBOX', { octets: octetsOf(mail), internalDate: dateOf(mail.day) });
  if (!learns) await world.ports.mailboxes.update(key.batch, key.mailboxId, { rewrites });
  return world;
}

class Run {
  private readonly world: World;
  private readonly recorder: Recorder;
  private readonly names: ReadonlyMap<string, string>;
  private invocations = 0;

  constructor(world: World, recorder: Recorder, messages: readonly Mail[]) {
    this.world = world;
    this.recorder = recorder;
    this.names = new Map(messages.map((mail) => [octetsOf(mail), mail.text]));
  }

  /** Until the chunk is done, whoever does it; a worker that was paused wakes when that is so. */
  async chunk(): Promise<void> {
    const first = this.worker('worker 0');
    const ended = await Promise.race([first, this.recorder.paused]);
    if (ended === 'paused') {
      await this.worker('worker 1');
      this.recorder.wake();
      await first;
    }
    await this.worker('worker 0');
  }

  private async worker(name: string): Promise<void> {
    let observed: SliceResult['observed'] = null;
    for (let loop = 0; loop < 20; loop++) {
      const ports = this.over(name);
      const id = `${name}, invocation ${++this.invocations}`;
      try {
        const result = await syncSlice(ports, { ...request, chunk: 0, loop, observed }, { id, deadline });
        if (result.status === 'done') return;
        observed = result.observed;
        if (result.reason === 'LEASE_LOST') return;
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      }
    }
    throw new Error('a chunk never ends');
  }

  private over(name: string): World['ports'] {
    const nameOf = (octets: string): string => this.names.get(octets) ?? 'unknown';
    return recordedPorts(this.world.ports, new Actor(this.recorder, name), nameOf);
  }

  async settle(): Promise<void> {
    try {
      await settleMailbox(this.over('settle:'), { ...request, failure: null, failedChunks: [] });
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      const { effects } = this.recorder;
      const crash = effects.findIndex(({ label }) => label === 'settle: crashes');
      const hasBegun = effects.some(({ label }) => label === 'settle: looks at the target');
      effects.splice(crash, 1, ...(hasBegun ? [{ label: 'settle is started again', record: null }] : []));
      await settleMailbox(this.over('settle:'), { ...request, failure: null, failedChunks: [] });
    }
  }

  async found(): Promise<Real> {
    const { ports, target } = this.world;
    const [folder] = await ports.folders.list(key);
    const ledger: End['ledger'] = [];
    for await (const row of ports.data.readLines(folder?.ledger.key ?? '', (v) => LedgerRow.parse(v)))
      ledger.push(factsOf(row));
    const record = await ports.mailboxes.read(key.batch, key.mailboxId);
    const { verdict = null, surplus = 0, openDoubts = 0 } = record ?? {};
    const stored = target.folder('INBOX').messages;
    const atTarget = stored.map(({ asSent }) => this.names.get(Buffer.from(asSent).toString('latin1')) ?? 'unknown');
    const { effects, count } = this.recorder;
    return { effects, count, end: { ledger, atTarget, verdict, surplus, openDoubts } };
  }
}

export const factsOf = ({ outcome, targetUid, evidence, doubt }: LedgerRow): End['ledger'][number] => ({
  outcome,
  targetUid,
  evidence,
  doubt,
});
