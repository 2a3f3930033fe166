/** A whole run: servers up, corpora built, cells one after the other, servers down. */
import { corpusHome, ensureCorpus } from '../corpus/maildir.ts';
import { corpusName, type CorpusSpec } from '../corpus/corpora.ts';
import { snapshot, type Snapshot } from '../imap/snapshot.ts';
import { describeMachine } from '../machine.ts';
import type { BenchOptions } from '../options.ts';
import { planCells, planEmpty, planLimits, type Cell } from '../plan.ts';
import { copyLine } from '../report/line.ts';
import type { CopyRow, LimitRow, Results } from '../report/rows.ts';
import { password, startServers, type Servers } from '../servers.ts';
import { installPeers, isInstalled, tools, versionOf } from '../tools/tools.ts';
import { copyCell, type Bench } from './copy.ts';
import { Links } from './link.ts';
import { rawLimit } from './raw-limit.ts';
import { workerMemory } from './worker-memory.ts';

type Say = (line: string) => void;

export async function runBench(options: BenchOptions, say: Say): Promise<{ results: Results; failures: string[] }> {
  installPeers();
  const asked = tools.filter(({ name }) => options.tools.includes(name));
  const here = asked.filter(isInstalled);
  const missing = asked.filter((tool) => !here.includes(tool)).map(({ name }) => name);
  if (missing.length > 0) say(`Not here: ${missing.join(', ')}`);
  const startedAt = new Date().toISOString();
  const home = corpusHome();
  const servers = await startServers(home);
  const bench = benchOf(servers, home, say);
  try {
    const copies = (cells: readonly Cell[]): Promise<CopyRow[]> => copyAll(bench, cells, say);
    await warmUp(bench, options);
    const empty = await copies(planEmpty(options));
    const rows = await copies(planCells(options, here));
    const limits = await limitsOf(bench, options, say);
    const memory = options.extras && options.tools.includes('mailferry') ? await workerMemory(bench) : null;
    if (memory) say(`one worker, ${memory.messages} x 150 MB: ${Math.round(memory.peakRssBytes / 1e6)} MB peak RSS`);
    const versions = Object.fromEntries(here.map((tool) => [tool.name, versionOf(tool)]));
    const failures = [...empty, ...rows].flatMap((row) => (row.wrong === null ? [] : [copyLine(row)]));
    if (memory?.wrong) failures.push(`one worker: ${memory.wrong}`);
    return {
      failures,
      results: {
        version: 1,
        startedAt,
        machine: describeMachine(),
        quick: options.quick,
        missing,
        versions,
        empty,
        copies: rows,
        limits,
        memory,
      },
    };
  } finally {
    bench.links.stop();
    await servers.stop();
  }
}

function benchOf(servers: Servers, home: string, say: Say): Bench {
  const read = new Map<string, Promise<Snapshot>>();
  const prepare = (spec: CorpusSpec): Promise<Snapshot> => {
    if (ensureCorpus(home, spec)) say(`Made the corpus ${corpusName(spec)} in ${home}`);
    return snapshot({ port: servers.source.port, user: corpusName(spec), password });
  };
  const source = (spec: CorpusSpec): Promise<Snapshot> => {
    const name = corpusName(spec);
    const found = read.get(name) ?? prepare(spec);
    read.set(name, found);
    return found;
  };
  return { servers, links: new Links(servers), source };
}

/** The first run after a change prepares the stack's assembly, which no user waits for twice. */
async function warmUp(bench: Bench, options: BenchOptions): Promise<void> {
  const [cell] = planEmpty(options);
  if (cell) await copyCell(bench, cell);
}

async function copyAll(bench: Bench, cells: readonly Cell[], say: Say): Promise<CopyRow[]> {
  const rows: CopyRow[] = [];
  for (const cell of cells) {
    const row = await copyCell(bench, cell);
    say(copyLine(row));
    rows.push(row);
  }
  return rows;
}

async function limitsOf(bench: Bench, options: BenchOptions, say: Say): Promise<LimitRow[]> {
  const rows: LimitRow[] = [];
  for (const cell of planLimits(options)) {
    const row = await rawLimit(bench, cell);
    say(
      `limit ${row.corpus.kind} ${row.roundTripMs} ms (${row.variant} x${row.connections}): ` +
        `append ${row.appendSeconds.toFixed(2)} s, fetch ${row.fetchSeconds.toFixed(2)} s`,
    );
    rows.push(row);
  }
  return rows;
}
