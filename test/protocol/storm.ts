/** One seed: plan, a storm of workers and faults, settle, further passes until the dust has settled; judged all along. */
import type { MailAccountOptions } from '../../shared/adapters/memory/mail/index.ts';
import { limits } from '../../shared/core/protocol/limits.ts';
import { settleMailbox } from '../../shared/steps/settle-mailbox.ts';
import { planMailbox } from '../../shared/steps/plan-mailbox.ts';
import { MigrationError } from '../../shared/errors.ts';
import { batch, createWorld, key, mailboxId, runPass, type World } from '../support/world.ts';
import { drive } from './driver.ts';
import { Faults, type Fault } from './faults.ts';
import { describeLedgers, judge, type Violation } from './invariants.ts';
import { cutPlan } from './cut-plan.ts';
import { Scheduler } from './schedule.ts';
import { Truth } from './truth.ts';
import type { Network } from './network.ts';
import { watchedPorts } from './watched-ports.ts';

export interface Profile {
  /** Messages of the source: `text` are the octets; equal text and date = twins. `head`: the header says nothing else. */
  messages: readonly { text: string; date: string; folder?: string; head?: string }[];
  /** Which chunk a message goes into (default: by date). */
  chunkOf?: (message: { date: string; uid: number }) => string;
  windowRows: number;
  uidPlus: boolean;
  /** How often each fault may strike, and how likely one is at each step. */
  faults: Partial<Record<Fault, number>>;
  faultRate: number;
  /** Executions that drive each chunk at the same time. */
  executions: number;
  repeated: number;
  landing: number;
  twinsAvoidable?: boolean;
  /** Messages that lie at the target before the first plan. */
  planted?: readonly { text: string; date: string; head?: string }[];
  /** What the target makes of what it is given. */
  rewrites?: MailAccountOptions['rewrites'];
}

export interface Outcome {
  violations: Violation[];
  log: readonly string[];
  verdicts: string[];
  /** The ledgers at the end, for people. */
  rows: string[];
}

const first = { passId: 'p1', pass: 'initial' } as const;
const request = { batch, mailboxId };

export async function explore(seed: number, profile: Profile): Promise<Outcome> {
  Object.assign(limits, { windowRows: profile.windowRows });
  const world = await createWorld({
    target: { uidPlus: profile.uidPlus, ...(profile.rewrites ? { rewrites: profile.rewrites } : {}) },
  });
  fill(world, profile);
  const truth = new Truth(world.source, world.target);
  truth.twinsAvoidable = profile.twinsAvoidable ?? false;
  const scheduler = new Scheduler(seed);
  const network: Network = {
    scheduler,
    truth,
    sessions: new Set(),
    repeated: profile.repeated,
    landing: profile.landing,
  };
  const chunks = await planFirst(world, profile);
  const faults = new Faults(profile, { world, network });
  await storm(world, { network, faults, chunks, executions: profile.executions });
  return aftermath(world, network);
}

function fill(world: World, profile: Profile): void {
  const put = (account: World['source'], { text, date, folder = 'INBOX', head }: Profile['messages'][number]): void => {
    account.addFolder(folder);
    const header = head === undefined ? `Subject: ${text}` : `Message-ID: <${head}@x>\r\nSubject: ${head}`;
    account.storeRewritten(folder, { octets: `${header}\r\n\r\n${text}\r\n`, internalDate: `${date} 10:00:00 +0000` });
  };
  for (const message of profile.messages) put(world.source, message);
  for (const message of profile.planted ?? []) put(world.target, message);
}

async function planFirst(world: World, profile: Profile): Promise<number> {
  await planMailbox(world.ports, { ...request, ...first }, { remainingMs: () => 600_000 });
  return cutPlan(world, profile.chunkOf ?? (({ date }) => date));
}

interface Storm {
  network: Network;
  faults: Faults;
  chunks: number;
  executions: number;
}

async function storm(world: World, { network, faults, chunks, executions }: Storm): Promise<void> {
  const { scheduler } = network;
  let driving = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    for (let n = 0; n < executions; n++) {
      driving += 1;
      void drive(world, network, { ...request, ...first, chunk, name: `c${chunk}${'abc'[n]}` }).finally(
        () => driving--,
      );
    }
  }
  scheduler.onStep = faults.strike;
  await scheduler.run(() => driving === 0);
  scheduler.onStep = () => null;
}

/** Zombies and abandoned commands go on through the first passes; from the third on the storm is over. */
async function aftermath(world: World, network: Network): Promise<Outcome> {
  const { scheduler, truth } = network;
  const violations: Violation[] = [];
  const verdicts: string[] = [];
  const look = async (): Promise<void> => void violations.push(...(await judge(world, truth)));
  for (let n = 1; n <= 8; n++) {
    const verdict = await watched(world, network, n);
    verdicts.push(verdict);
    await look();
    if (n >= 4 && verdict !== 'incomplete')
      return { violations, log: scheduler.log, verdicts, rows: await describeLedgers(world, truth) };
    const most = n >= 2 ? Infinity : scheduler.random.below(60);
    const until = scheduler.step + most;
    await scheduler.run(() => scheduler.step >= until);
    await look();
    world.advance(n >= 2 ? 7_200 : 60);
  }
  violations.push({ rule: 'no verdict', detail: verdicts.join(', ') });
  return { violations, log: scheduler.log, verdicts, rows: await describeLedgers(world, truth) };
}

async function watched(world: World, network: Network, n: number): Promise<string> {
  const { scheduler } = network;
  const ports = watchedPorts(world.ports, network, scheduler.spawn(`pass${n}`, true));
  let verdict: string | null = null;
  const pass =
    n === 1
      ? settleMailbox(ports, { ...request, ...first, failure: null, failedChunks: [] })
      : runPass(world, { passId: `p${n}`, pass: 'incremental' }, ports);
  void pass.then(
    (ended) => (verdict = ended.verdict),
    (error: unknown) => (verdict = `failed: ${error instanceof MigrationError ? error.message : String(error)}`),
  );
  await scheduler.run(() => verdict !== null);
  return verdict === null || String(verdict).startsWith('failed') ? 'incomplete' : verdict;
}

export { key };
