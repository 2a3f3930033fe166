/**
 * Which copies are known by their header, of rows whose octets were found nowhere: the target, or another tool, rewrote
 * them (protocol section 5, step 5). Only rows that nothing else can be mistaken for.
 */
import type { TargetUid } from '../../contract/ids.ts';
import type { CopyRow } from '../../contract/items.ts';
import { mayBeTakenFor, type HeaderIdentity } from '../../core/header-identity.ts';
import { instantKey } from '../../core/identity.ts';
import type { MessageRow } from '../../core/protocol/claims.ts';
import { assignCopies, type Copy, type Finding } from '../../core/protocol/look-up.ts';
import { isAmbiguous } from '../../core/protocol/rivals.ts';
import { hashesOf } from './hashes.ts';
import { headersOf, readSourceHeaders } from './headers.ts';
import type { RivalRow } from './rivals.ts';
import type { Sessions } from './sessions.ts';

export interface HeaderLook {
  rows: readonly { index: number; row: CopyRow }[];
  /** Copies that no row claims. */
  uids: readonly TargetUid[];
  /** Rows that were delivered under no known UID: they take theirs first. */
  unknown: readonly MessageRow[];
  /** Every row of these instants in the folder, this chunk's included. */
  rivals: (instants: ReadonlySet<string>) => Promise<readonly RivalRow[]>;
}

export interface HeaderMatch {
  found: Extract<Finding, { found: 'copy' }>[];
  /** A copy has their header, and may be another row's. */
  ambiguous: number[];
}

type Headed = HeaderLook['rows'][number] & { headers: HeaderIdentity; key: string };

export async function matchByHeaders(sessions: Sessions, look: HeaderLook): Promise<HeaderMatch> {
  const copies = look.rows.length === 0 ? [] : await headedCopies(sessions, look.uids);
  if (copies.length === 0) return { found: [], ambiguous: [] };
  await readSourceHeaders(
    sessions,
    look.rows.map(({ row }) => row),
  );
  const keys = new Set(copies.map(({ identity }) => identity));
  const rows = look.rows.flatMap((at): Headed[] => {
    const headers = sessions.headers.get(at.row.sourceUid);
    return headers?.key != null && keys.has(headers.key) ? [{ ...at, headers, key: headers.key }] : [];
  });
  if (rows.length === 0) return { found: [], ambiguous: [] };
  const instants = new Set(rows.map(({ row }) => instantKey(row.internalDate)));
  const rivals = (await look.rivals(instants)).filter((rival) => instants.has(instantKey(rival.internalDate)));
  const unknown = look.unknown.filter((row) => instants.has(instantKey(row.internalDate)));
  await readSourceHeaders(sessions, [...rivals, ...unknown]);
  const ambiguous = await ambiguousOf(sessions, rows, rivals);
  const findings = assignCopies({
    rows: rows.map(({ index, key }) => ({ index, identity: key, ambiguous: ambiguous.has(index) })),
    copies,
    claimed: new Set(),
    deliveredUnknown: unknown.flatMap((row) => sessions.headers.get(row.sourceUid)?.key ?? []),
  });
  return { found: findings.filter((finding) => finding.found === 'copy'), ambiguous: [...ambiguous] };
}

async function ambiguousOf(
  sessions: Sessions,
  rows: readonly Headed[],
  rivals: readonly RivalRow[],
): Promise<Set<number>> {
  const headers = await headersOfRivals(sessions, rivals);
  const similar = new Map(
    rows.map((row) => {
      const others = rivals.filter((rival) => rival.sourceUid !== row.row.sourceUid);
      return [row, others.filter((rival) => mayBeTakenFor(row.headers, headers.get(rival) ?? null))] as const;
    }),
  );
  const doubtful = [...similar].flatMap(([{ row }, others]) => (others.length === 0 ? [] : [row, ...others]));
  const uids = new Set(doubtful.flatMap(({ sourceUid }) => sourceUid ?? []));
  const octets = await hashesOf(sessions.source, [...uids]);
  const octetsOf = ({ sourceUid, elsewhere }: RivalRow): string | null =>
    // What another chunk has in hand may be stored between our FETCH and now: its twins are not ours to take.
    elsewhere || sourceUid === null ? null : (octets.get(sourceUid) ?? null);
  const ambiguous = new Set<number>();
  for (const [{ index, row, headers: own }, others] of similar) {
    const facts = others.map((rival) => ({ headers: headers.get(rival) ?? null, octets: octetsOf(rival) }));
    const hash = octets.get(row.sourceUid);
    if (facts.length > 0 && (hash === undefined || isAmbiguous({ headers: own, octets: hash }, facts)))
      ambiguous.add(index);
  }
  return ambiguous;
}

async function headersOfRivals(
  sessions: Sessions,
  rivals: readonly RivalRow[],
): Promise<Map<RivalRow, HeaderIdentity | null>> {
  const copies = rivals.flatMap((rival) => copyOfGone(sessions, rival) ?? []);
  const atTarget = await headersOf(sessions.target, copies);
  return new Map(
    rivals.map((rival) => {
      const atSource = rival.sourceUid === null ? undefined : sessions.headers.get(rival.sourceUid);
      const copy = copyOfGone(sessions, rival);
      return [rival, atSource ?? (copy === null ? null : (atTarget.get(copy) ?? null))];
    }),
  );
}

/** Where the source has the message no more, its copy tells the header: the target's user may have copied that one. */
function copyOfGone({ headers, uidValidity }: Sessions, rival: RivalRow): TargetUid | null {
  const gone = rival.sourceUid === null || !headers.has(rival.sourceUid);
  return gone && rival.uidValidity === uidValidity ? rival.targetUid : null;
}

async function headedCopies({ target }: Sessions, uids: readonly TargetUid[]): Promise<Copy[]> {
  const copies: Copy[] = [];
  for (const [targetUid, headers] of await headersOf(target, uids))
    if (headers?.key != null) copies.push({ targetUid, identity: headers.key });
  return copies;
}
