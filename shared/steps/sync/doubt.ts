/** In doubt = look, never repeat: reads the target from the window's floor on and says which rows it holds already. */
import type { CopyRow, PlannedFolder, Repair, RowOutcome } from '../../contract/items.ts';
import type { TargetUid } from '../../contract/ids.ts';
import { identityOf, instantKey } from '../../core/identity.ts';
import { borneOut, claimsOn, type Claims } from '../../core/protocol/claims.ts';
import { withoutUid } from '../../core/protocol/head.ts';
import { assignCopies, lookFrom, outcomesOf, type Copy, type DoubtfulRow } from '../../core/protocol/look-up.ts';
import type { Face } from '../../core/repair/content-hashes.ts';
import type { MessageMeta } from '../../ports/mail.ts';
import { adoptByHeaders } from './adopt-by-headers.ts';
import { readClaims } from './claims.ts';
import { hashesOf } from './hashes.ts';
import { facesOf, readMessage } from './message-octets.ts';
import { readRivals } from './rivals.ts';
import type { Sessions } from './sessions.ts';
import type { Assignment, Slice } from './slice.ts';

export interface Doubt {
  folder: PlannedFolder;
  /** Positions in the chunk of the rows that may have been stored. */
  indexes: readonly number[];
  uidFloor: number;
  /** UIDVALIDITY the floor belongs to. */
  uidValidity: number;
  /** Filled: rows of which a copy has the header, while nobody knows whether this target rewrites. */
  undecided?: Set<number>;
  /** Last words of this window that are in no record yet; they lose their UIDs when the target has renumbered meanwhile. */
  acknowledged: Map<number, RowOutcome>;
}

/**
 * Final outcomes of the rows that were found, or that are gone at the source; a row that is missing in the answer was
 * found nowhere and is to be appended. Everything here carries `doubt`: an earlier attempt may still land.
 * The caller has drained or closed the connection before, so that nothing of this worker is in flight (V17).
 */
export async function lookUp(slice: Slice, sessions: Sessions, doubt: Doubt): Promise<Map<number, RowOutcome>> {
  const rows = doubt.indexes.flatMap((index) => (slice.rows[index] ? [{ index, row: slice.rows[index] }] : []));
  const instants = new Set(rows.map(({ row }) => instantKey(row.internalDate)));
  const rivals = sessions.rewrites === false ? null : await readRivals(slice, doubt.folder, instants);
  const before = sessions.uidValidity;
  const state = await sessions.refresh(doubt.folder);
  if (state.uidValidity !== before)
    for (const [index, outcome] of doubt.acknowledged) doubt.acknowledged.set(index, withoutUid(outcome));
  const uidFloor = lookFrom(doubt, state.uidValidity);
  const copies = await copiesFrom(sessions, uidFloor, instants);
  // Only now: whoever claimed a copy before our FETCH is in the records by now (V26).
  const records = await readClaims(slice, doubt.folder, state.uidValidity);
  const own = [...doubt.acknowledged].flatMap(([index, outcome]) => {
    const row = slice.rows[index];
    return row ? [{ row, outcome }] : [];
  });
  const claims = claimsOn(
    rows.map(({ row }) => row),
    records,
    own,
  );
  const { claimed, unknown } = borneOut(claims, await seenAt(sessions, { claims, copies, uidFloor }));

  const faces = await facesOfRows(slice, sessions, [...rows.map(({ row }) => row), ...unknown]);
  const identities = (row: Pick<CopyRow, 'sourceUid' | 'internalDate'>): string[] =>
    (faces.get(row.sourceUid) ?? []).map(({ hash }) => identityOf(hash, row.internalDate));
  const there = new Set(copies.map(({ identity }) => identity));
  const findings = assignCopies({
    rows: rows.map(({ index, row }): DoubtfulRow => {
      const [identity = null, ...repaired] = identities(row);
      return { index, identity, repaired };
    }),
    copies,
    claimed,
    deliveredUnknown: unknown.flatMap((row) => {
      const all = identities(row);
      return all.find((identity) => there.has(identity)) ?? all.slice(0, 1);
    }),
  });
  const outcomes = outcomesOf(findings, (index, targetUid) => {
    const row = slice.rows[index];
    const copy = copies.find((c) => c.targetUid === targetUid);
    return row && copy ? repairsOf(row, copy, faces.get(row.sourceUid) ?? []) : [];
  });
  if (!rivals) return outcomes;
  for (const { targetUid } of outcomes.values()) if (targetUid !== null) claimed.add(targetUid);
  const free = copies.map(({ targetUid }) => targetUid).filter((uid) => !claimed.has(uid));
  const left = rows.filter(({ index }) => !outcomes.has(index));
  const byHeaders = await adoptByHeaders(slice, sessions, { ...doubt, rows: left, uids: free, unknown, rivals, own });
  return new Map([...outcomes, ...byHeaders]);
}

/** How the attempt that stored this copy differed from the message: by its octets, or by flags that are missing whole. */
function repairsOf(row: CopyRow, copy: FlaggedCopy, faces: readonly Face[]): Repair[] {
  const face = faces.find(({ hash }) => identityOf(hash, row.internalDate) === copy.identity);
  // Keywords say nothing: the target may not keep them.
  const bare = row.flags.some((flag) => flag.startsWith('\\')) && copy.flags.length === 0;
  return [...(face?.repairs ?? []), ...(bare ? (['flags'] as const) : [])];
}

interface FlaggedCopy extends Copy {
  flags: readonly string[];
  instant: string;
}

/** Copies at or above the floor whose INTERNALDATE is one of `instants`; only those are hashed. */
async function copiesFrom(sessions: Sessions, uidFloor: number, instants: ReadonlySet<string>): Promise<FlaggedCopy[]> {
  const candidates = new Map<TargetUid, MessageMeta<TargetUid>>();
  for await (const message of sessions.target.listMessages({ first: uidFloor, last: '*' })) {
    // `n:*` includes the last message even if its UID is below n (RFC 9051, sequence-set).
    if (message.uid >= uidFloor && instants.has(instantKey(message.internalDate))) candidates.set(message.uid, message);
  }
  const hashes = await hashesOf(sessions.target, [...candidates.keys()]);
  return [...candidates.values()].flatMap(({ uid, internalDate, flags }) => {
    const hash = hashes.get(uid);
    const identity = hash === undefined ? null : identityOf(hash, internalDate);
    return identity === null ? [] : [{ targetUid: uid, identity, flags, instant: instantKey(internalDate) }];
  });
}

/** Under which instant the target shows the UIDs that are claimed; those below the floor are asked for. */
async function seenAt(
  sessions: Sessions,
  at: { claims: Claims; copies: readonly FlaggedCopy[]; uidFloor: number },
): Promise<Map<number, string>> {
  const seen = new Map<number, string>(at.copies.map(({ targetUid, instant }) => [targetUid, instant]));
  const below = at.claims.named.map(({ targetUid }) => targetUid).filter((uid) => uid < at.uidFloor);
  if (below.length === 0) return seen;
  // All of them in one go: they lie close together, because twins share a chunk.
  const [first, last] = [Math.min(...below), Math.max(...below)];
  for await (const { uid, internalDate } of sessions.target.listMessages({ first, last }))
    seen.set(uid, instantKey(internalDate));
  return seen;
}

type Wanted = Pick<CopyRow, 'sourceUid' | 'kept'> & { folder?: CopyRow['folder'] };

/** Absent when neither the source nor the quarantine has the message. One command for all that the source has. */
export async function facesOfRows(
  slice: Assignment,
  sessions: Sessions,
  rows: readonly Wanted[],
): Promise<Map<CopyRow['sourceUid'], readonly Face[]>> {
  const faces = new Map<CopyRow['sourceUid'], readonly Face[]>();
  for (const { folder, sourceUid, kept } of rows) {
    if (!kept || folder === undefined) continue;
    const found = await readMessage(slice, sessions, { row: { folder, sourceUid, kept }, use: facesOf });
    if (found) faces.set(sourceUid, found);
  }
  const uids = new Set(rows.filter(({ kept }) => !kept).map(({ sourceUid }) => sourceUid));
  if (!sessions.sourceValid || uids.size === 0) return faces;
  for await (const { uid, octets } of sessions.source.fetchMessages([...uids])) faces.set(uid, await facesOf(octets));
  return faces;
}
