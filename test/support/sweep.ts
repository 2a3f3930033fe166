/** Breaks a conversation off at each of its points in turn, resumes until the mailbox is complete, and lets independent eyes judge. */
import pMap from 'p-map';
import { limits } from '../../shared/core/protocol/limits.ts';
import { nth, once, type Behaviour, type Gate, type Point } from './imap-proxy/index.ts';
import { differences, imapWorld, pass, untilComplete, type ImapWorld } from './imap-world.ts';
import type { RawAccess } from './raw-imap.ts';

export interface Sweep {
  side: 'source' | 'target';
  /** Which points are struck; default: all. */
  fits?: (point: Point) => boolean;
  target?: Pick<Behaviour, 'tells'>;
  /** A strike at the target before those of the sweep, which then strikes what follows. */
  first?: { fits: (point: Point) => boolean };
  /** Windows of so many rows; they slide row by row. */
  windowRows?: number;
}

/** The mailbox that is copied, and how many messages it has. */
export interface Sample extends RawAccess {
  messages: number;
}

export interface Swept {
  /** Points of an undisturbed pass, and how many of them were struck. */
  points: number;
  struck: number;
  wrong: string[];
}

const atOnce = 3;

export async function sweepAll(sample: Sample, sweep: Sweep): Promise<Swept> {
  const before = limits.windowRows;
  Object.assign(limits, { windowRows: sweep.windowRows ?? before });
  try {
    const points = await countPoints(sample, sweep);
    const numbers = Array.from({ length: points }, (_, i) => i + 1);
    const rounds = await pMap(numbers, (n) => round(sample, sweep, n), { concurrency: atOnce });
    return { points, struck: rounds.filter((r) => r.struck).length, wrong: rounds.flatMap((r) => r.wrong) };
  } finally {
    Object.assign(limits, { windowRows: before });
  }
}

async function round(sample: Sample, sweep: Sweep, n: number): Promise<{ struck: boolean; wrong: string[] }> {
  const aimed = once(nth(n, sweep.fits ?? (() => true)));
  const world = await worldOf(sample, sweep, aimed.gate);
  try {
    const wrong = [...(await wrongAfterResuming(world, sample.messages)), ...(await wrongInSecondPass(world))];
    const where = `${n} ${aimed.hit?.when} ${aimed.hit?.command.text.slice(0, 60)}`;
    return { struck: aimed.hit !== null, wrong: wrong.map((text) => `${where}: ${text}`) };
  } finally {
    await world.stop();
  }
}

/** The fewest of three passes: several messages may share a command, or not, as they happen to arrive. */
async function countPoints(sample: Sample, sweep: Sweep): Promise<number> {
  const counts: number[] = [];
  for (let n = 0; n < 3; n++) {
    let count = 0;
    const world = await worldOf(sample, sweep, (point) => {
      if (sweep.fits?.(point) ?? true) count += 1;
      return null;
    });
    await untilComplete(world);
    await world.stop();
    counts.push(count);
  }
  return Math.min(...counts);
}

/** `gate` sees the points that the sweep is about. */
function worldOf(sample: Sample, { side, first, target }: Sweep, gate: Gate): Promise<ImapWorld> {
  const earlier = first ? once(first.fits) : null;
  const swept: Gate = (point) => (earlier && !earlier.hit ? null : gate(point));
  const atTarget: Gate = (point) => (side === 'target' && swept(point)) || (earlier?.gate(point) ?? null);
  return imapWorld(sample, {
    sourceUser: sample.user,
    source: side === 'source' ? { gate: swept } : {},
    target: { ...target, gate: atTarget },
  });
}

async function wrongAfterResuming(world: ImapWorld, messages: number): Promise<string[]> {
  const { verdict, counts, surplus, failure } = await untilComplete(world);
  const ended = { verdict, source: counts.source, delivered: counts.copied + counts.present, surplus, failure };
  const right = { verdict: 'complete', source: messages, delivered: messages, surplus: 0, failure: null };
  const said = JSON.stringify(ended);
  return [
    ...(said === JSON.stringify(right) ? [] : [said]),
    ...(await differences(world)).map((d) => JSON.stringify(d)),
  ];
}

const writes = /^(?:APPEND|CREATE|DELETE|RENAME|EXPUNGE|STORE|COPY|MOVE|UID (?:STORE|EXPUNGE|COPY|MOVE)) /;

async function wrongInSecondPass(world: ImapWorld): Promise<string[]> {
  world.target.commands.length = 0;
  const { verdict } = await pass(world);
  const written = [...world.target.commands, ...world.source.commands].filter((command) => writes.test(command));
  return [...(verdict === 'complete' ? [] : [`second pass: ${verdict}`]), ...written];
}
