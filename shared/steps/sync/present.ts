/** Messages that another tool, or a pass whose records were lost, put into the target before: compared by octets. */
import type { TargetUid } from '../../contract/ids.ts';
import type { CopyRow, PlannedFolder, Repair, RowOutcome } from '../../contract/items.ts';
import { identityOf, instantKey } from '../../core/identity.ts';
import { readClaims } from './claims.ts';
import { canonicalHashOf, facesOfRows } from './doubt.ts';
import type { MailReader } from '../../ports/mail.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';

const present = (targetUid: TargetUid, repairs: readonly Repair[]): RowOutcome => ({
  outcome: 'present',
  targetUid,
  evidence: 'matched',
  doubt: false,
  code: null,
  sha256: null,
  // Put there by a pass whose records were lost.
  ...(repairs.length > 0 ? { repairs: [...repairs] } : {}),
});

/**
 * Outcomes of the rows whose planned candidates really hold their octets. Each target UID is claimed by one row;
 * equal instants share a chunk, so only this chunk's own outcomes can have claimed it before.
 */
export async function matchPresent(
  slice: Slice,
  sessions: Sessions,
  at: { folder: PlannedFolder; indexes: readonly number[]; taken: ReadonlySet<number> },
): Promise<Map<number, RowOutcome>> {
  const found = new Map<number, RowOutcome>();
  const rows = at.indexes.flatMap((index) => {
    const row = slice.rows[index];
    return row && row.candidates.length > 0 ? [{ index, row }] : [];
  });
  if (rows.length === 0) return found;
  const { claimed, unknown } = await readClaims(slice, at.folder, sessions.uidValidity);
  for (const uid of at.taken) claimed.add(uid);
  const candidates = new Map(rows.map(({ row }) => [instantKey(row.internalDate), row.candidates]));
  const nameless = unknown.filter((row) => candidates.has(instantKey(row.internalDate)));
  const targets = await identitiesOf(sessions.target, [...new Set(rows.flatMap(({ row }) => row.candidates))]);
  const wanted = [...rows.map(({ row }) => row), ...nameless];
  const sources = await facesOfRows(slice, sessions, wanted);
  const take = (row: Wanted, from: readonly TargetUid[]): RowOutcome | null => {
    for (const { hash, repairs } of sources.get(row.sourceUid) ?? []) {
      const identity = identityOf(hash, row.internalDate);
      const uid = from.find((c) => targets.get(c) === identity && !claimed.has(c));
      if (uid === undefined) continue;
      claimed.add(uid);
      return present(uid, repairs);
    }
    return null;
  };
  // Delivered rows without a known UID claim first (protocol section 5, rule 6): one of the candidates may be theirs.
  for (const row of nameless) take(row, candidates.get(instantKey(row.internalDate)) ?? []);
  for (const { index, row } of rows) {
    const outcome = take(row, row.candidates);
    if (outcome) found.set(index, outcome);
  }
  return found;
}

type Wanted = Pick<CopyRow, 'sourceUid' | 'internalDate'>;

/** With the date, though planning compared it: a target that was renumbered since has other messages under these UIDs. */
async function identitiesOf(
  target: MailReader<TargetUid>,
  uids: readonly TargetUid[],
): Promise<Map<TargetUid, string>> {
  const identities = new Map<TargetUid, string>();
  for await (const { uid, octets, internalDate } of target.fetchMessages(uids))
    identities.set(uid, identityOf(await canonicalHashOf(octets), internalDate));
  return identities;
}
