/** I1-I5 of the copy protocol, judged by what really lies at both servers. Each violation says what is wrong where. */
import { LedgerPartRow, LedgerRow, type MailboxRecord } from '../../shared/contract/items.ts';
import { ledgerKeys } from '../../shared/contract/keys.ts';
import { ChunkId } from '../../shared/contract/ids.ts';
import { key, type World } from '../support/world.ts';
import { identityOf, tally, type Commit, type Truth } from './truth.ts';

export const rules = [
  'loss called complete',
  'a message without an outcome called complete',
  'one copy claimed twice',
  'row bound to the wrong message',
  'removed by us',
  'unreported twin',
  'avoidable twin',
  'committed rows changed',
  'no verdict',
] as const;

export interface Violation {
  rule: (typeof rules)[number];
  detail: string;
}

interface FolderLedger {
  path: string;
  rows: LedgerRow[];
  /** UIDVALIDITY the target UIDs belong to is still the target's. */
  named: boolean;
}

interface Seen {
  record: MailboxRecord;
  ledgers: FolderLedger[];
}

export async function judge(world: World, truth: Truth): Promise<Violation[]> {
  const record = await world.ports.mailboxes.read(key.batch, key.mailboxId);
  if (!record) return [{ rule: 'no verdict', detail: 'there is no mailbox record' }];
  const seen = { record, ledgers: await readLedgers(world, truth) };
  noteDoubts(seen, truth);
  const settled = record.verdict !== null && record.verdict !== 'incomplete';
  return [
    ...(settled
      ? [...losses(seen, truth), ...outcomesMissing(seen, truth), ...doubleClaims(seen), ...twins(seen, truth)]
      : []),
    ...wrongMessages(seen, truth),
    ...removals(truth),
    ...(await changedCommits(world, truth)),
  ];
}

async function readLedgers(world: World, truth: Truth): Promise<FolderLedger[]> {
  const ledgers: FolderLedger[] = [];
  for (const folder of await world.ports.folders.list(key)) {
    const rows: LedgerRow[] = [];
    for await (const row of world.ports.data.readLines(folder.ledger.key, (v) => LedgerRow.parse(v))) rows.push(row);
    const now = truth.target.folders.get(folder.targetPath);
    ledgers.push({ path: folder.sourcePath, rows, named: now?.uidValidity === folder.targetUidValidity });
  }
  return ledgers;
}

/** One line a row and a copy, for the message of a failing seed. */
export async function describeLedgers(world: World, truth: Truth): Promise<string[]> {
  const record = await world.ports.mailboxes.read(key.batch, key.mailboxId);
  const rows = (await readLedgers(world, truth)).flatMap(({ path, rows }) =>
    rows.map((row) => `${path} ${row.sourceUid} ${row.internalDate.slice(0, 2)} ${brief(row).join(' ')}`),
  );
  const copies = [...truth.target.folders.values()].flatMap(({ path, messages }) =>
    messages.map((m) => `target UID ${m.uid}: ${identityOf(path, m)}`.replaceAll('\r\n', ' ')),
  );
  return [...rows, ...copies, `surplus ${record?.surplus}, open doubts ${record?.openDoubts}`];
}

const delivered = (row: LedgerRow): boolean => row.outcome === 'copied' || row.outcome === 'present';

function noteDoubts({ ledgers }: Seen, truth: Truth): void {
  for (const { path, rows } of ledgers)
    for (const row of rows) if (row.doubt) truth.doubted.add(truth.planned.get(`${path}|${row.sourceUid}`) ?? '');
}

/** I1, I3: every delivered row whose message the source still has is covered by a copy of its own. */
function losses({ ledgers }: Seen, truth: Truth): Violation[] {
  const stored = tally(truth.stored('all'));
  const needed = tally(
    ledgers.flatMap(({ path, rows }) =>
      rows
        .filter((row) => delivered(row) && truth.source.folder(path).messages.some((m) => m.uid === row.sourceUid))
        .map((row) => truth.planned.get(`${path}|${row.sourceUid}`) ?? 'unknown'),
    ),
  );
  return [...needed]
    .filter(([identity, count]) => (stored.get(identity) ?? 0) < count)
    .map(([identity, count]) => ({
      rule: 'loss called complete',
      detail: `${identity}: ${count} delivered, ${stored.get(identity) ?? 0} ever stored`,
    }));
}

/** I3: each message the source holds has a last word, and none that it holds is called gone. */
function outcomesMissing({ ledgers }: Seen, truth: Truth): Violation[] {
  const rule = 'a message without an outcome called complete';
  return [...truth.source.folders.values()].flatMap(({ path, messages }) => {
    const rows = new Map(ledgers.find((l) => l.path === path)?.rows.map((row) => [Number(row.sourceUid), row]));
    return messages.flatMap(({ uid }): Violation[] => {
      const row = rows.get(uid);
      if (!row) return [{ rule, detail: `${path} ${uid}: no row` }];
      return row.outcome === 'gone' || row.vanished ? [{ rule, detail: `${path} ${uid}: ${row.outcome}` }] : [];
    });
  });
}

/** I1: known target UIDs are distinct. */
function doubleClaims({ ledgers }: Seen): Violation[] {
  return ledgers.flatMap(({ path, rows }) => {
    const uids = rows.filter(delivered).flatMap((row) => (row.targetUid === null ? [] : [String(row.targetUid)]));
    return [...tally(uids)]
      .filter(([, count]) => count > 1)
      .map(([uid]): Violation => ({ rule: 'one copy claimed twice', detail: `${path}: UID ${uid}` }));
  });
}

/** I1: a known target UID names a copy of the right message, or of none any more. */
function wrongMessages({ ledgers }: Seen, truth: Truth): Violation[] {
  return ledgers.flatMap(({ path, rows, named }) =>
    rows.flatMap((row): Violation[] => {
      const copy = named ? truth.target.folder(path).messages.find((m) => m.uid === row.targetUid) : undefined;
      if (!copy || !delivered(row)) return [];
      const wanted = truth.planned.get(`${path}|${row.sourceUid}`);
      const found = identityOf(path, copy);
      return wanted === found ? [] : [{ rule: 'row bound to the wrong message', detail: `${wanted} is not ${found}` }];
    }),
  );
}

/** I2. Nothing is removed at all, so whatever was stored is there unless its user took it. */
function removals(truth: Truth): Violation[] {
  const alive = new Set([...truth.target.folders.values()].flatMap((f) => f.messages));
  const missing = [...truth.ours].filter((copy) => !alive.has(copy) && !truth.takenCopies.has(copy));
  return missing.map((copy) => ({ rule: 'removed by us', detail: `UID ${copy.uid}` }));
}

/**
 * I4: more living copies of ours than planned messages are in the verdict, as surplus or as doubt, and never without a
 * doubt mark on a row of that message.
 */
function twins({ record }: Seen, truth: Truth): Violation[] {
  const planned = tally([...truth.planned.values()]);
  const reported = record.surplus > 0 || record.openDoubts > 0;
  return [...tally(truth.stored('ours'))]
    .filter(([identity, count]) => count > (planned.get(identity) ?? 0))
    .flatMap(([identity, count]): Violation[] => {
      const detail = `${identity}: ${count} copies of ${planned.get(identity) ?? 0}`;
      const unmarked: Violation = { rule: 'unreported twin', detail: `${detail}, no row in doubt` };
      const silent: Violation = {
        rule: 'unreported twin',
        detail: `${detail}, neither surplus nor doubt in the verdict`,
      };
      const avoidable: Violation = { rule: 'avoidable twin', detail };
      return [
        ...(truth.doubted.has(identity) ? [] : [unmarked]),
        ...(reported || truth.mayHide(identity) ? [] : [silent]),
        ...(truth.twinsAvoidable ? [avoidable] : []),
      ];
    });
}

/** Commits are a gapless prefix, and the ledger says for ever what was committed. */
async function changedCommits(world: World, truth: Truth): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const [chunk, commits] of truth.commits) {
    const chunkId = ChunkId.parse(chunk);
    const record = await world.ports.chunks.read(key, chunkId);
    const gap = commits.find((c, i) => c.from !== (commits[i - 1]?.to ?? 0) || c.sequence !== i + 1);
    if (gap) found.push(changed(`${chunk}: commit ${gap.sequence} begins at row ${gap.from}`));
    for (const commit of commits.filter((c) => c.sequence < (record?.sequence ?? 0))) {
      const problem = await partProblem(world, chunkId, commit);
      if (problem) found.push(changed(`${chunk}: ${problem}`));
    }
  }
  return found;
}

const changed = (detail: string): Violation => ({ rule: 'committed rows changed', detail });

async function partProblem(world: World, chunkId: ChunkId, commit: Commit): Promise<string | null> {
  const rows: unknown[] = [];
  try {
    const partKey = ledgerKeys.part(key.batch, key.mailboxId, chunkId, commit.sequence);
    for await (const row of world.ports.data.readLines(partKey, (v) => LedgerPartRow.parse(v))) rows.push(brief(row));
  } catch {
    return `part ${commit.sequence} is lost`;
  }
  const same = JSON.stringify(rows) === JSON.stringify(commit.outcomes.map(brief));
  return same ? null : `part ${commit.sequence} is not what was committed`;
}

const brief = (row: Pick<LedgerRow, 'outcome' | 'targetUid' | 'evidence' | 'doubt'>): unknown[] => [
  row.outcome,
  row.targetUid,
  row.evidence,
  row.doubt,
];
