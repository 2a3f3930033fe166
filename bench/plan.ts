/** Which copies are made, in which order: pure, so that a run can be read before it is made. */
import type { CorpusSpec } from './corpus/corpora.ts';
import type { BenchOptions, MeasuredKind } from './options.ts';
import type { Variant } from './servers.ts';
import type { Tool, ToolName } from './tools/tool.ts';

export interface Cell {
  tool: ToolName;
  /** What the figures are about. */
  corpus: CorpusSpec;
  /** What is really copied: less than the corpus for a tool that would take hours. */
  copied: CorpusSpec;
  roundTripMs: number;
  variant: Variant;
  connections: number;
  /** Second runs of the same state follow, at these round trips. */
  quietRoundTripsMs: readonly number[];
}

const counts = { S: 10_000, M: 5_000, L: 60 } as const;
const quickCounts = { S: 2_000, M: 1_000, L: 6 } as const;
/** Messages of a latency-bound tool when a round trip takes time; large ones are slow by themselves. */
const sampleCounts = { S: 200, M: 200, L: 6 } as const;
const quickSampleCounts = { S: 60, M: 60, L: 3 } as const;
/** Synchronizing literals: one round trip a message, so this already takes a while. */
const waitingCount = 4_000;
const quickWaitingCount = 200;

const slowestRoundTripMs = 80;
export const manyConnections = 16;

export function corpusOf(kind: MeasuredKind, quick: boolean): CorpusSpec {
  return { kind, count: (quick ? quickCounts : counts)[kind] };
}

export function planCells(options: BenchOptions, tools: readonly Tool[]): Cell[] {
  const { kinds, roundTripsMs, extras } = options;
  const wanted = tools.filter(({ name }) => options.tools.includes(name));
  const cells = kinds.flatMap((kind) =>
    roundTripsMs.flatMap((roundTripMs) => wanted.map((tool) => cellOf(options, tool, { kind, roundTripMs }))),
  );
  return extras ? [...cells, ...lesserTargets(options)] : cells;
}

function cellOf(options: BenchOptions, tool: Tool, at: { kind: MeasuredKind; roundTripMs: number }): Cell {
  const { roundTripMs, kind } = at;
  const corpus = corpusOf(kind, options.quick);
  const sampled = tool.latencyBound && roundTripMs > 0;
  const sample = { kind, count: (options.quick ? quickSampleCounts : sampleCounts)[kind] };
  return {
    tool: tool.name,
    corpus,
    copied: sampled ? sample : corpus,
    roundTripMs,
    variant: 'everything',
    connections: options.connections,
    quietRoundTripsMs: tool.incremental ? quietRoundTrips(options, tool, roundTripMs) : [],
  };
}

/** A latency-bound tool copies the whole corpus only without delay; what a second run of it takes is seen from there. */
function quietRoundTrips({ roundTripsMs }: BenchOptions, tool: Tool, roundTripMs: number): number[] {
  const others = tool.latencyBound && roundTripMs === 0 ? roundTripsMs.filter((other) => other > 0) : [];
  return [roundTripMs, ...others];
}

/** Targets without MULTIAPPEND, and without LITERAL+ too: a matter of small messages and a long way. */
export function lesserTargets({ kinds, roundTripsMs, tools, quick, connections }: BenchOptions): Cell[] {
  if (!kinds.includes('S') || !roundTripsMs.includes(slowestRoundTripMs) || !tools.includes('mailferry')) return [];
  const corpus = corpusOf('S', quick);
  const waiting: CorpusSpec = { kind: 'S', count: quick ? quickWaitingCount : waitingCount };
  const cell = { tool: 'mailferry', roundTripMs: slowestRoundTripMs, quietRoundTripsMs: [] } as const;
  return [
    { ...cell, corpus, copied: corpus, variant: 'literal+', connections },
    { ...cell, corpus: waiting, copied: waiting, variant: 'synchronizing', connections },
    { ...cell, corpus: waiting, copied: waiting, variant: 'synchronizing', connections: manyConnections },
  ];
}

/** What a run of the product costs when there is no mail. */
export function planEmpty({ tools, roundTripsMs, connections }: BenchOptions): Cell[] {
  if (!tools.includes('mailferry')) return [];
  const corpus: CorpusSpec = { kind: 'E', count: 0 };
  return roundTripsMs.map((roundTripMs) => ({
    tool: 'mailferry',
    corpus,
    copied: corpus,
    roundTripMs,
    variant: 'everything',
    connections,
    quietRoundTripsMs: [roundTripMs],
  }));
}

export type LimitPlan = Pick<Cell, 'corpus' | 'roundTripMs' | 'variant' | 'connections'>;

/** Beside every copy of the product. */
export function planLimits(options: BenchOptions): LimitPlan[] {
  const { kinds, roundTripsMs, quick, connections, extras, tools } = options;
  if (!tools.includes('mailferry')) return [];
  const plain = kinds.flatMap((kind) =>
    roundTripsMs.map((roundTripMs): LimitPlan => {
      return { corpus: corpusOf(kind, quick), roundTripMs, variant: 'everything', connections };
    }),
  );
  return extras ? [...plain, ...lesserTargets(options)] : plain;
}
