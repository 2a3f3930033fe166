/** The second look of a look-up (adopt-by-headers.ts and by-headers.ts of the steps, over the model's records). */
import { planSequenceOf, type SourceUid } from '../../../shared/contract/ids.ts';
import type { CopyRow, RowOutcome } from '../../../shared/contract/items.ts';
import type { HeaderIdentity } from '../../../shared/core/header-identity.ts';
import {
  fittingRows,
  inQuestion,
  ofInstants,
  type HeadedRival,
  type HeaderMatch,
} from '../../../shared/core/protocol/by-headers.ts';
import type { MessageRow, OwnOutcome } from '../../../shared/core/protocol/claims.ts';
import { adoptedByHeaders, type Copy } from '../../../shared/core/protocol/look-up.ts';
import { committedRival, openRival, settledRival, type RivalRow } from '../../../shared/core/protocol/rivals.ts';
import { keepSample, type Sample } from '../../../shared/steps/sync/samples.ts';
import { learnt, type Learnt } from './learn.ts';
import { outcomesOfChunk } from './outcomes.ts';
import type { Look } from './state.ts';
import { chunkOf, rowsOf, type At } from './worker.ts';

/** rivals.ts of the steps. */
export function readRivals({ setting, state, worker }: At): { rows: RivalRow[]; samples: Sample[] } {
  const rows: RivalRow[] = [];
  const samples: Sample[] = [];
  for (const k of worker.planChunks) {
    const { record } = chunkOf(state, k);
    if (planSequenceOf(record.chunkId) <= worker.plan.settledSequence) continue;
    for (const row of outcomesOfChunk({ setting, state }, k)) {
      rows.push(committedRival(row));
      keepSample(samples, { row, outcome: row, uidValidity: row.uidValidity });
    }
    const open = (setting.chunks[k]?.rows ?? []).slice(record.committed);
    rows.push(...open.map((row) => openRival(row, k !== worker.chunk)));
  }
  const { record, ledger } = state.folder;
  const { rematch } = worker.plan;
  if (record) rows.push(...ledger.map((row) => settledRival(row, { rematch, uidValidity: record.targetUidValidity })));
  return { rows, samples };
}

interface SecondLook {
  look: Look;
  /** Of the first look, which goes by octets. */
  found: ReadonlyMap<number, RowOutcome>;
  claimed: ReadonlySet<number>;
  unknown: readonly MessageRow[];
  own: readonly (OwnOutcome & { row: { sizeBytes: number } })[];
}

export function secondLook(at: At, second: SecondLook): { found: Map<number, RowOutcome>; learnt: Partial<Learnt> } {
  const { look, own } = second;
  const rivals = look.rivals && !at.setting.rules.rivalsBeforeFetch ? readRivals(at) : look.rivals;
  if (!rivals) return { found: new Map(), learnt: {} };
  const { found } = matchByHeaders(at, { ...leftOf(at, second), rivals: rivals.rows });
  if (found.length === 0) return { found: new Map(), learnt: {} };
  const samples = [...rivals.samples];
  for (const { row, outcome } of own) keepSample(samples, { row, outcome, uidValidity: look.uidValidity });
  const rewrites = learnt(at, samples, look.uidValidity);
  const undecided = rewrites === null ? found.map(({ index }) => index) : [];
  const adopted = rewrites ? found : [];
  return {
    found: new Map(adopted.map(({ index, targetUid }) => [index, adoptedByHeaders(targetUid)])),
    // Written into the mailbox record before anything else is done.
    learnt: { rewrites, undecided, learns: at.worker.rewrites === null && rewrites !== null },
  };
}

/** What the first look has left over. */
function leftOf(at: At, { look, found, claimed, unknown }: SecondLook): Omit<HeaderLook, 'rivals'> {
  const taken = new Set([...claimed, ...[...found.values()].map(({ targetUid }) => targetUid)]);
  const rows = look.indexes.flatMap((index) => {
    const row = rowsOf(at)[index];
    return row && !found.has(index) ? [{ index, row }] : [];
  });
  const free = look.copies.filter(({ targetUid }) => !taken.has(targetUid));
  return { rows, free, unknown, uidValidity: look.uidValidity };
}

export interface HeaderLook {
  rows: readonly { index: number; row: CopyRow }[];
  /** Copies that no row claims, by their octets. */
  free: readonly Copy[];
  unknown: readonly MessageRow[];
  rivals: readonly RivalRow[];
  uidValidity: number;
}

/** by-headers.ts of the steps. */
export function matchByHeaders(at: At, { rows: left, free, unknown, rivals, uidValidity }: HeaderLook): HeaderMatch {
  const { setting } = at;
  const { rules } = setting;
  const copies = free.flatMap(({ targetUid, identity }): Copy[] => {
    const key = setting.headers[setting.copyIdentities.indexOf(identity)]?.key;
    return key == null ? [] : [{ targetUid, identity: key }];
  });
  const atSource = sourceHeaders(at);
  const rows = fittingRows(left, atSource, copies);
  const among = ofInstants(rules.rivalsAmong(rivals, circles(at)), rows);
  const headed = among.map((rival) => ({ ...rival, headers: headersOf(at, { rival, atSource, uidValidity }) }));
  const similar = rules.similarRivals(rows, headed);
  const ambiguous = rules.ambiguousRows(similar, sourceOctets(at, inQuestion(similar)));
  const deliveredUnknown = ofInstants(unknown, rows).flatMap(({ sourceUid }) => atSource.get(sourceUid)?.key ?? []);
  return rules.matchHeaders({ rows, copies, ambiguous, deliveredUnknown });
}

const circles = (at: At) => {
  const uidsOf = (rows: readonly MessageRow[]): number[] => rows.map(({ sourceUid }) => sourceUid);
  const { task, planChunks } = at.worker;
  return {
    window: uidsOf(rowsOf(at).slice(task?.from, task?.to)),
    chunk: uidsOf(rowsOf(at)),
    plan: planChunks.flatMap((k) => uidsOf(at.setting.chunks[k]?.rows ?? [])),
  };
};

/** Nothing of messages that are expunged. */
function sourceHeaders({ setting, state }: At): Map<SourceUid, HeaderIdentity | null> {
  const rows = setting.chunks.flatMap((chunk) => chunk.rows).filter((row) => !state.expunged.includes(row.sourceUid));
  return new Map(
    rows.map(({ sourceUid }) => [sourceUid, setting.headers[setting.messageOf[sourceUid - 1] ?? 0] ?? null]),
  );
}

function sourceOctets({ setting, state }: At, uids: readonly SourceUid[]): Map<SourceUid, string> {
  const there = uids.filter((uid) => !state.expunged.includes(uid));
  return new Map(there.map((uid) => [uid, setting.identities[setting.messageOf[uid - 1] ?? 0] ?? '']));
}

/** Where the source has the message no more, its copy tells the header. */
function headersOf(
  { setting, state }: At,
  {
    rival,
    atSource,
    uidValidity: now,
  }: { rival: RivalRow; atSource: ReturnType<typeof sourceHeaders>; uidValidity: number },
): HeadedRival['headers'] {
  const { sourceUid, targetUid, uidValidity } = rival;
  const headers = sourceUid === null ? undefined : atSource.get(sourceUid);
  if (headers !== undefined) return headers;
  const copy = state.target.copies.find(({ uid, there }) => there && uid === targetUid);
  return copy && uidValidity === now ? (setting.headers[copy.message] ?? null) : null;
}
