/** One cell of the table: copy, verify, copy again, verify again. */
import { corpusName, isLarge, type CorpusSpec } from '../corpus/corpora.ts';
import { difference, snapshot, type Snapshot } from '../imap/snapshot.ts';
import type { Cell } from '../plan.ts';
import { literalFault, type CopyRow, type MailTraffic, type QuietRow } from '../report/rows.ts';
import { password, type Servers } from '../servers.ts';
import type { Tool } from '../tools/tool.ts';
import { tools } from '../tools/tools.ts';
import type { Links } from './link.ts';
import { measure, type Measured } from './measure.ts';
import { watchNeighbours, type Neighbours } from './neighbours.ts';
import { PassTimes } from './pass-times.ts';
import { dropTemporary, makeTemporary } from './temporary.ts';

export interface Bench {
  servers: Servers;
  links: Links;
  /** What the source holds, read once. */
  source(spec: CorpusSpec): Promise<Snapshot>;
}

interface At {
  bench: Bench;
  cell: Cell;
  tool: Tool;
  /** Configuration and state of the tool. */
  home: string;
  targetUser: string;
}

interface Run extends Measured, Neighbours {
  copySeconds: number;
  mail: MailTraffic | null;
}

let users = 0;

export async function copyCell(bench: Bench, cell: Cell): Promise<CopyRow> {
  const tool = tools.find(({ name }) => name === cell.tool);
  if (!tool) throw new Error(`there is no tool ${cell.tool}`);
  const home = makeTemporary('run');
  const at: At = { bench, cell, tool, home, targetUser: `${cell.tool}${++users}` };
  try {
    const [original, whole] = [await bench.source(cell.copied), await bench.source(cell.corpus)];
    const { exitCode: _, lastWords: _words, ...first } = await runTool(at, cell.roundTripMs);
    const wrong = first.wrong ?? (await verify(at, original));
    const quiet = wrong === null ? await quietRuns(at) : [];
    return {
      ...first,
      tool: cell.tool,
      corpus: cell.corpus,
      roundTripMs: cell.roundTripMs,
      variant: cell.variant,
      connections: cell.connections,
      copied: original.messages,
      copiedBytes: original.bytes,
      corpusBytes: whole.bytes,
      quiet,
      wrong: wrong ?? quiet.find((row) => row.wrong !== null)?.wrong ?? (await verify(at, original)),
    };
  } finally {
    dropTemporary(home);
    if (isLarge(cell.copied)) bench.servers.forget(at.targetUser);
  }
}

async function quietRuns(at: At): Promise<QuietRow[]> {
  const rows: QuietRow[] = [];
  for (const roundTripMs of at.cell.quietRoundTripsMs) {
    const { wallSeconds, copySeconds, cpuSeconds, othersShare, mail, wrong } = await runTool(at, roundTripMs);
    rows.push({ roundTripMs, wallSeconds, copySeconds, cpuSeconds, othersShare, mail, wrong });
  }
  return rows;
}

async function runTool({ bench, cell, tool, home, targetUser }: At, roundTripMs: number) {
  const link = await bench.links.of(roundTripMs);
  await link.take(cell.variant);
  const pair = {
    source: { port: link.sourcePort, user: corpusName(cell.copied), password },
    target: { port: link.targetPort(cell.variant), user: targetUser, password },
    connections: cell.connections,
  };
  const pass = new PassTimes();
  const neighbours = watchNeighbours(bench.servers.pids, bench.links.pids);
  const measured = await measure({ ...tool.program(home, pair), onLine: (line, at) => pass.read(line, at) });
  const beside = neighbours(measured.cpuSeconds);
  const mail = withLog(tool, await link.take(cell.variant));
  const run: Run = { ...measured, ...beside, copySeconds: pass.seconds ?? measured.wallSeconds, mail };
  return { ...run, wrong: failure(run) ?? (mail && literalFault(cell.variant, mail.target)) };
}

/** What other tools send in detail is not ours to keep. */
function withLog({ name }: Tool, mail: MailTraffic | null): MailTraffic | null {
  if (mail === null || name === 'mailferry') return mail;
  return { source: { ...mail.source, log: [] }, target: { ...mail.target, log: [] } };
}

function failure({ exitCode, lastWords }: Run): string | null {
  return exitCode === 0 ? null : `exit code ${exitCode}: ${lastWords.trim()}`;
}

/** Straight at the target: the judge pays no round trips. */
async function verify({ bench, cell, tool, targetUser }: At, original: Snapshot): Promise<string | null> {
  const { port } = bench.servers.targets[cell.variant];
  return difference(original, await snapshot({ port, user: targetUser, password }, tool.addedHeader));
}
