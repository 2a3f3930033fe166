/** In doubt = look, never repeat: reads the target from the window's floor on and says which rows it holds already. */
import type { CopyRow, PlannedFolder, RowOutcome } from '../../contract/items.ts';
import type { TargetUid } from '../../contract/ids.ts';
import { identityOf, instantKey } from '../../core/identity.ts';
import { CanonicalHash } from '../../core/octets.ts';
import { claimsOn, type MessageRow } from '../../core/protocol/claims.ts';
import { assignCopies, lookFrom, outcomesOf, type Copy, type DoubtfulRow } from '../../core/protocol/look-up.ts';
import type { MailReader } from '../../ports/mail.ts';
import { readClaims } from './claims.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';

export interface Doubt {
  folder: PlannedFolder;
  /** Positions in the chunk of the rows that may have been stored. */
  indexes: readonly number[];
  uidFloor: number;
  /** UIDVALIDITY the floor belongs to. */
  uidValidity: number;
  /** Acknowledgements of this window that are not in any record yet. */
  acknowledged: ReadonlyMap<number, RowOutcome>;
}

/**
 * Final outcomes of the rows that were found, or that are gone at the source; a row that is missing in the answer was
 * found nowhere and is to be appended. Everything here carries `doubt`: an earlier attempt may still land.
 * The caller has drained or closed the connection before, so that nothing of this worker is in flight (V17).
 */
export async function lookUp(slice: Slice, sessions: Sessions, doubt: Doubt): Promise<Map<number, RowOutcome>> {
  const rows = doubt.indexes.flatMap((index) => (slice.rows[index] ? [{ index, row: slice.rows[index] }] : []));
  const instants = new Set(rows.map(({ row }) => instantKey(row.internalDate)));
  const state = await sessions.refresh(doubt.folder);
  const copies = await copiesFrom(sessions, lookFrom(doubt, state.uidValidity), instants);
  // Only now: whoever claimed a copy before our FETCH is in the records by now (V26).
  const records = await readClaims(slice, doubt.folder, state.uidValidity);
  const own = [...doubt.acknowledged].flatMap(([index, outcome]) => {
    const row = slice.rows[index];
    return row ? [{ row, outcome }] : [];
  });
  const { claimed, unknown } = claimsOn(
    rows.map(({ row }) => row),
    records,
    own,
  );

  const hashes = await sourceHashes(sessions, [...rows.map(({ row }) => row), ...unknown]);
  const identity = (row: MessageRow): string | null => {
    const hash = hashes.get(row.sourceUid);
    return hash === undefined ? null : identityOf(hash, row.internalDate);
  };
  const findings = assignCopies({
    rows: rows.map(({ index, row }): DoubtfulRow => ({ index, identity: identity(row) })),
    copies,
    claimed,
    deliveredUnknown: unknown.map(identity).filter((i) => i !== null),
  });
  return outcomesOf(findings);
}

/** Copies at or above the floor whose INTERNALDATE is one of `instants`; only those are hashed. */
async function copiesFrom(sessions: Sessions, uidFloor: number, instants: ReadonlySet<string>): Promise<Copy[]> {
  const dates = new Map<TargetUid, string>();
  for await (const message of sessions.target.listMessages({ first: uidFloor, last: '*' })) {
    // `n:*` includes the last message even if its UID is below n (RFC 9051, sequence-set).
    if (message.uid >= uidFloor && instants.has(instantKey(message.internalDate)))
      dates.set(message.uid, message.internalDate);
  }
  const hashes = await hashesOf(sessions.target, [...dates.keys()]);
  return [...hashes].map(([targetUid, hash]) => ({
    targetUid,
    identity: identityOf(hash, dates.get(targetUid) ?? ''),
  }));
}

/** Absent when the source no longer has the message, or was renumbered. */
async function sourceHashes(sessions: Sessions, rows: readonly Pick<CopyRow, 'sourceUid'>[]) {
  if (!sessions.sourceValid) return new Map<CopyRow['sourceUid'], string>();
  return hashesOf(sessions.source, [...new Set(rows.map((row) => row.sourceUid))]);
}

export async function hashesOf<Uid extends number>(
  reader: MailReader<Uid>,
  uids: readonly Uid[],
): Promise<Map<Uid, string>> {
  const hashes = new Map<Uid, string>();
  if (uids.length === 0) return hashes;
  for await (const message of reader.fetchMessages(uids))
    hashes.set(message.uid, await canonicalHashOf(message.octets));
  return hashes;
}

export async function canonicalHashOf(octets: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = new CanonicalHash();
  for await (const part of octets) hash.update(part);
  return hash.digest();
}
