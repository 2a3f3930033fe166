/** The physical limit in the same run: APPEND from memory on as many connections, and FETCH to nowhere. */
import { corpusMessages, corpusName, isLarge, type CorpusSpec } from '../corpus/corpora.ts';
import type { CorpusMessage } from '../corpus/message.ts';
import { BenchImap, quoted, type Access } from '../imap/client.ts';
import type { LimitRow } from '../report/rows.ts';
import { password, type Variant } from '../servers.ts';
import { AppendLane } from './append-lane.ts';
import type { Bench } from './copy.ts';
import { cutIntoLanes } from './lanes.ts';
import { watchNeighbours } from './neighbours.ts';

export interface LimitCell {
  corpus: CorpusSpec;
  roundTripMs: number;
  variant: Variant;
  connections: number;
}

let users = 0;

export async function rawLimit(bench: Bench, cell: LimitCell): Promise<LimitRow> {
  const link = await bench.links.of(cell.roundTripMs);
  const user = `limit${++users}`;
  const target = { port: link.targetPort(cell.variant), user, password };
  const source = { port: link.sourcePort, user: corpusName(cell.corpus), password };
  try {
    const neighbours = watchNeighbours(bench.servers.pids, bench.links.pids);
    const appendSeconds = await appendFromMemory(target, cell);
    const fetchSeconds = await fetchToNowhere(source);
    return { ...cell, appendSeconds, fetchSeconds, othersShare: neighbours(0).othersShare };
  } finally {
    if (isLarge(cell.corpus)) bench.servers.forget(user);
  }
}

/** Logged in and with folders made before the clock starts: only what no copy can do without. */
async function appendFromMemory(access: Access, cell: LimitCell): Promise<number> {
  const messages: CorpusMessage[] = [...corpusMessages(cell.corpus)];
  await makeFolders(access, new Set(messages.map(({ folder }) => folder)));
  const lanes = await Promise.all(
    cutIntoLanes(messages, cell.connections).map(async (work) => ({
      work,
      lane: new AppendLane(await BenchImap.login(access), cell.variant),
    })),
  );
  const startMs = performance.now();
  await Promise.all(lanes.map(({ lane, work }) => lane.append(work)));
  const seconds = (performance.now() - startMs) / 1000;
  for (const { lane } of lanes) lane.close();
  return seconds;
}

async function makeFolders(access: Access, folders: ReadonlySet<string>): Promise<void> {
  const imap = await BenchImap.login(access);
  const there = new Set(await imap.folders());
  await Promise.all(
    [...folders].filter((name) => !there.has(name)).map((name) => imap.command(`CREATE ${quoted(name)}`)),
  );
  imap.close();
}

/** One connection, everything asked for at once. */
async function fetchToNowhere(access: Access): Promise<number> {
  const imap = await BenchImap.login(access);
  const folders = await imap.folders();
  const startMs = performance.now();
  const nowhere = { data: () => {}, answer: () => {} };
  await Promise.all(
    folders.flatMap((folder) => [
      imap.command(`EXAMINE ${quoted(folder)}`),
      imap.stream('UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])', nowhere),
    ]),
  );
  imap.close();
  return (performance.now() - startMs) / 1000;
}
