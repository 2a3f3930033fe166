/** Which fault strikes when, by seed and budget. */
import type { World } from '../support/world.ts';
import type { Strike, Worker } from './schedule.ts';
import type { Network } from './network.ts';
import { TargetSession } from './target-session.ts';

/** `freeze`: the worker is paused for long and then goes on, its connections open (a zombie). */
export type Fault =
  | 'kill'
  | 'answer lost'
  | 'freeze'
  | 'cut'
  | 'no'
  | 'renew'
  | 'clock'
  | 'renumber'
  | 'take away'
  | 'expunge'
  | 'foreign';

export class Faults {
  private readonly left: Map<Fault, number>;
  private readonly rate: number;
  private readonly world: World;
  private readonly network: Network;

  constructor(
    profile: { faults: Partial<Record<Fault, number>>; faultRate: number },
    at: { world: World; network: Network },
  ) {
    this.left = new Map(Object.entries(profile.faults) as [Fault, number][]);
    this.rate = profile.faultRate;
    this.world = at.world;
    this.network = at.network;
  }

  readonly strike = (worker: Worker | null, name: string): Strike | null => {
    const { random } = this.network.scheduler;
    if (!random.chance(this.rate)) return null;
    const fault = random.pick([...this.left].filter(([, left]) => left > 0).map(([fault]) => fault));
    if (!fault) return null;
    const strike = this.apply(fault, worker, name);
    if (strike === 'none') return null;
    this.left.set(fault, (this.left.get(fault) ?? 0) - 1);
    if (strike === 'done') this.network.scheduler.log.push(`  ${fault} (before ${worker?.name ?? '-'} ${name})`);
    return strike === 'done' ? null : strike;
  };

  private apply(fault: Fault, worker: Worker | null, name: string): Strike | 'done' | 'none' {
    const { scheduler, truth } = this.network;
    const { random } = scheduler;
    const onCall = worker && !worker.spared && !name.startsWith('answer') ? worker : null;
    switch (fault) {
      case 'kill':
        return onCall ? (random.chance(0.5) ? 'kill before' : 'kill after') : 'none';
      case 'answer lost':
        return onCall && /^(chunks|data|folders)/.test(name) ? 'answer lost' : 'none';
      case 'freeze':
        if (!worker || worker.spared) return 'none';
        worker.frozenUntil = scheduler.step + 20 + random.below(random.chance(0.5) ? 80 : 800);
        worker.leave();
        return 'done';
      case 'cut':
        return this.onSession((session) => session.cut());
      case 'no':
        return this.onSession((session) => session instanceof TargetSession && (session.refuseNext = true));
      case 'renew':
        return this.renew();
      case 'clock':
        this.world.advance(random.pick([1, 30, 600, 40_000]) ?? 1);
        return 'done';
      case 'renumber':
        truth.renumber(random);
        // UIDVALIDITY cannot change within a session (RFC 9051, 2.3.1.1).
        for (const session of this.network.sessions) if (session instanceof TargetSession) session.cut();
        return 'done';
      case 'take away':
        truth.takeAway(random);
        return 'done';
      case 'expunge':
        truth.expunge(random);
        return 'done';
      case 'foreign':
        truth.plantForeign(random);
        return 'done';
      default:
        return fault satisfies never;
    }
  }

  private onSession(act: (session: { cut(): void }) => unknown): 'done' | 'none' {
    const session = this.network.scheduler.random.pick([...this.network.sessions].filter((s) => !s.worker.spared));
    if (!session) return 'none';
    act(session);
    return 'done';
  }

  private renew(): 'done' | 'none' {
    const { scheduler } = this.network;
    const worker = scheduler.random.pick(scheduler.workers.filter((w) => !w.dead && w.timers.size > 0));
    if (!worker) return 'none';
    for (const tick of worker.timers) scheduler.later(worker, 'timer', { delay: 0, run: tick });
    return 'done';
  }
}
