/** What `npm run bench` accepts. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toolNames, type ToolName } from './tools/tool.ts';

export const measuredKinds = ['S', 'M', 'L'] as const;
export type MeasuredKind = (typeof measuredKinds)[number];

export interface BenchOptions {
  quick: boolean;
  kinds: readonly MeasuredKind[];
  roundTripsMs: readonly number[];
  connections: number;
  tools: readonly ToolName[];
  /** Also the targets that say less than Dovecot can, the memory of a worker, and the raw limit. */
  extras: boolean;
  outDir: string;
}

export const help = `npm run bench -- [options]

  --quick            small corpora, 80 ms only, against mbsync and the plain loop: a few minutes
  --only S,M,L       corpora: 4 KB in one folder, mixed in 20 folders, 5 to 30 MB
  --rtt 0,20,80      round trips in ms; 0 is without the delay proxy
  --connections N    connections a side, for tools that can be told (default 4)
  --tools A,B        of ${toolNames.join(', ')}
  --no-extras        without lesser targets, raw limit and worker memory
  --out DIR          where results.md, results.json and results.svg go
`;

const defaults = { connections: 4, roundTripsMs: [0, 20, 80], quickRoundTripsMs: [80] } as const;
const quickTools: readonly ToolName[] = ['mailferry', 'naive', 'mbsync'];

/** Null: only the help is wanted. Throws for what cannot be read. */
export function parseBenchOptions(argv: readonly string[], resultsDir: string): BenchOptions | null {
  const { values } = parseArgs({
    args: [...argv],
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rtt: { type: 'string' },
      connections: { type: 'string' },
      tools: { type: 'string' },
      extras: { type: 'boolean' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const { quick } = values;
  return {
    quick,
    kinds: values.only === undefined ? (quick ? ['S', 'M'] : measuredKinds) : listOf(values.only, measuredKinds),
    roundTripsMs: roundTrips(values.rtt, quick),
    connections: values.connections === undefined ? defaults.connections : whole(values.connections, 'connections', 1),
    tools: values.tools === undefined ? (quick ? quickTools : toolNames) : listOf(values.tools, toolNames),
    extras: values.extras ?? !quick,
    outDir: values.out ?? (quick ? join(resultsDir, 'quick') : resultsDir),
  };
}

function roundTrips(text: string | undefined, quick: boolean): readonly number[] {
  if (text === undefined) return quick ? defaults.quickRoundTripsMs : defaults.roundTripsMs;
  return text.split(',').map((item) => whole(item, 'rtt', 0));
}

function listOf<T extends string>(text: string, known: readonly T[]): T[] {
  return text.split(',').map((item) => {
    const found = known.find((name) => name.toLowerCase() === item.trim().toLowerCase());
    if (found === undefined) throw new Error(`"${item}" is none of ${known.join(', ')}`);
    return found;
  });
}

function whole(text: string, name: string, least: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least)
    throw new Error(`--${name}: "${text}" is no number from ${least} on`);
  return number;
}
