/**
 * A deterministic scheduler: every port call of every worker is an event, a seed decides which event happens next and
 * where a fault strikes. One event runs at a time, and the next is picked only when everybody waits again, so a seed
 * replays exactly.
 */

/** Seeded: mulberry32. */
export class Random {
  private state: number;
  constructor(seed: number) {
    this.state = (seed + 1) * 0x9e3779b9;
  }
  /** 0 <= n < below. */
  below(below: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  }
  chance(probability: number): boolean {
    return this.below(1_000_000) < probability * 1_000_000;
  }
  pick<T>(from: readonly T[]): T | undefined {
    return from[this.below(from.length)];
  }
}

/** What may strike a port call: the worker dies, or the answer is lost on the way back. */
export type Strike = 'kill before' | 'kill after' | 'answer lost';

export class AnswerLost extends Error {
  constructor(call: string) {
    super(`the answer of ${call} was lost`);
    this.name = 'AnswerLost';
  }
}

/** One invocation. `gone` = whoever invoked it hears no more of it: it is dead, or paused for long (a zombie). */
export class Worker {
  readonly name: string;
  /** Faults never strike it. */
  readonly spared: boolean;
  dead = false;
  frozenUntil = 0;
  readonly gone: Promise<'gone'>;
  readonly onDeath: (() => void)[] = [];
  /** Background renewals (T6) of this worker. */
  readonly timers = new Set<() => void>();
  leave: () => void = () => undefined;

  constructor(name: string, spared: boolean) {
    this.name = name;
    this.spared = spared;
    this.gone = new Promise((resolve) => (this.leave = () => resolve('gone')));
  }
  kill(): void {
    this.dead = true;
    this.leave();
    for (const hook of this.onDeath) hook();
  }
}

interface Happening {
  /** null: the server or the clock. */
  worker: Worker | null;
  name: string;
  notBefore: number;
  run(strike: Strike | null): void;
}

const never = new Promise<never>(() => undefined);

export class Scheduler {
  readonly random: Random;
  readonly workers: Worker[] = [];
  /** What happened, in order: printed with a failing seed. */
  readonly log: string[] = [];
  step = 0;
  /** Asked before each event: an environment fault may take its place, or strike it. */
  onStep: (worker: Worker | null, name: string) => Strike | null = () => null;
  private happenings: Happening[] = [];
  private current: Worker | null = null;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  spawn(name: string, spared = false): Worker {
    const worker = new Worker(name, spared);
    this.workers.push(worker);
    return worker;
  }

  /** Something that happens by itself, at the earliest `delay` steps from now. */
  later(worker: Worker | null, name: string, at: { delay: number; run: () => void }): void {
    this.happenings.push({ worker, name, notBefore: this.step + at.delay, run: at.run });
  }

  /** A port call: waits for its turn; may never return (death) or throw (answer lost). */
  async call<T>(worker: Worker, name: string, run: () => T | Promise<T>): Promise<T> {
    const strike = await new Promise<Strike | null>((resolve) => {
      this.happenings.push({ worker, name, notBefore: 0, run: resolve });
    });
    if (strike === 'kill before') return this.die(worker);
    const result = await run();
    if (strike === 'kill after') return this.die(worker);
    if (strike === 'answer lost') throw new AnswerLost(name);
    return result;
  }

  /** Runs until `ended`, or until nothing can happen any more. */
  async run(ended: () => boolean, mostSteps = 20_000): Promise<void> {
    const restore = this.takeTimers();
    try {
      for (let n = 0; !ended(); n++) {
        if (n > mostSteps) throw new Error('the schedule never ends');
        if (!(await this.once())) return;
      }
    } finally {
      restore();
    }
  }

  private async once(): Promise<boolean> {
    this.happenings = this.happenings.filter(({ worker }) => !worker?.dead);
    if (this.happenings.length === 0) return settled().then(() => this.happenings.length > 0);
    const due = (h: Happening): number => Math.max(h.notBefore, h.worker?.frozenUntil ?? 0);
    this.step = Math.max(this.step + 1, Math.min(...this.happenings.map(due)));
    const next = this.random.pick(this.happenings.filter((h) => due(h) <= this.step));
    if (!next) return true;
    const strike = this.onStep(next.worker, next.name);
    // The fault may have killed or paused the worker whose turn it was.
    if (next.worker?.dead || due(next) > this.step) return true;
    this.happenings.splice(this.happenings.indexOf(next), 1);
    this.log.push(`${this.step} ${next.worker?.name ?? '-'} ${next.name}${strike ? ` [${strike}]` : ''}`);
    this.current = next.worker;
    next.run(strike);
    await settled();
    return true;
  }

  private die(worker: Worker): Promise<never> {
    worker.kill();
    return never;
  }

  /** Renewals become events: `setInterval` of the worker whose turn it is. */
  private takeTimers(): () => void {
    const { setInterval: realSet, clearInterval: realClear } = globalThis;
    const fakeSet = (tick: () => void): object => {
      const worker = this.current;
      worker?.timers.add(tick);
      return { unref: () => undefined, stop: () => worker?.timers.delete(tick) };
    };
    const fakeClear = (timer: { stop?: () => void } | undefined): void => timer?.stop?.();
    Object.assign(globalThis, { setInterval: fakeSet, clearInterval: fakeClear });
    return () => void Object.assign(globalThis, { setInterval: realSet, clearInterval: realClear });
  }
}

/** All promise jobs are done: everybody waits for a call, or has ended. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
