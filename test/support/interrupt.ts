/**
 * Stops the program at its n-th port call. `before`: the call never happens. `after`: it happens, its answer is lost.
 * From then on every port call fails, as in a process that is gone; open sessions are dead.
 */
import type { FolderFetch } from '../../shared/ports/mail.ts';
import type { Ports } from '../../shared/ports/ports.ts';

export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

export interface StopPoint {
  at: number;
  when: 'before' | 'after';
}

export class Interrupter {
  calls = 0;
  stopped = false;
  /** Name of the call that was stopped. */
  stoppedIn = '';
  private readonly point: StopPoint | null;

  constructor(point: StopPoint | null) {
    this.point = point;
  }

  async call<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (this.stopped) throw new Interrupted();
    this.calls += 1;
    const hit = this.point?.at === this.calls;
    if (hit && this.point?.when === 'before') this.stop(name);
    const result = await run();
    if (hit) this.stop(name);
    if (this.stopped) throw new Interrupted();
    return result;
  }

  private stop(name: string): never {
    this.stopped = true;
    this.stoppedIn = name;
    throw new Interrupted();
  }
}

/** Ports whose calls do not count: they have no effect that could be cut in two. */
const uncounted = new Set(['clock', 'telemetry']);

export function interruptible<P extends Partial<Ports>>(ports: P, interrupter: Interrupter): P {
  const entries = Object.entries(ports).map(([name, port]) => [
    name,
    uncounted.has(name) ? port : wrap(name, port, interrupter),
  ]);
  return Object.fromEntries(entries) as P;
}

function wrap<T extends object>(name: string, target: T, interrupter: Interrupter): T {
  return new Proxy(target, {
    get(object, property) {
      const member: unknown = Reflect.get(object, property, object);
      if (typeof member !== 'function') return member;
      // A dead process closes nothing and a port without effect cannot be cut.
      if (property === 'close' || property === 'permanentFlags') return member.bind(object);
      return (...args: unknown[]) =>
        invoke(`${name}.${String(property)}`, () => member.apply(object, args), interrupter);
    },
  });
}

/** Two calls that begin as one: EXAMINE, then the messages. */
function watchFetch(run: () => unknown, interrupter: Interrupter): unknown {
  const fetch = run() as FolderFetch;
  const uidValidity = interrupter.call('source.fetchFrom', () => fetch.uidValidity);
  uidValidity.catch(() => undefined);
  return { ...fetch, uidValidity, messages: iterate('source.fetchFrom messages', () => fetch.messages, interrupter) };
}

function invoke(name: string, run: () => unknown, interrupter: Interrupter): unknown {
  if (name === 'source.fetchFrom') return watchFetch(run, interrupter);
  if (iterates(name)) return iterate(name, run as () => AsyncIterable<unknown>, interrupter);
  return interrupter.call(name, async () => dress(name, await run(), interrupter));
}

const iterates = (name: string): boolean =>
  /\.(listMessages|listFlags|fetchMessages|fetchHeaders|fetchGroups|readLines|list)$/.test(name) &&
  !/folders\.list|chunks\.list/.test(name);

async function* iterate(
  name: string,
  run: () => AsyncIterable<unknown>,
  interrupter: Interrupter,
): AsyncIterable<unknown> {
  const iterator = run()[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await interrupter.call(name, () => iterator.next());
    if (done) return;
    yield value;
  }
}

/** Sessions are ports too; the answer of an APPEND is a call of its own that may never come. */
function dress(name: string, result: unknown, interrupter: Interrupter): unknown {
  if (name.startsWith('servers.open'))
    return wrap(name === 'servers.openSource' ? 'source' : 'target', result as object, interrupter);
  if (name === 'target.append') {
    const { answer } = result as { answer: Promise<unknown> };
    return { answer: settle(answer, interrupter) };
  }
  return result;
}

function settle(answer: Promise<unknown>, interrupter: Interrupter): Promise<unknown> {
  const counted = interrupter.call('target.append answer', () => answer);
  counted.catch(() => undefined);
  return counted;
}
