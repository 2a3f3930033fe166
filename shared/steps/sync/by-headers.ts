/** Reads what `core/protocol/by-headers` decides by: headers of copies, of the rows in doubt, and of who else could be meant. */
import type { TargetUid } from '../../contract/ids.ts';
import type { CopyRow } from '../../contract/items.ts';
import { instantKey } from '../../core/identity.ts';
import {
  ambiguousRows,
  fittingRows,
  inQuestion,
  matchHeaders,
  ofInstants,
  similarRivals,
  type HeadedRival,
  type HeaderMatch,
} from '../../core/protocol/by-headers.ts';
import type { MessageRow } from '../../core/protocol/claims.ts';
import type { Copy } from '../../core/protocol/look-up.ts';
import type { RivalRow } from '../../core/protocol/rivals.ts';
import { hashesOf } from './hashes.ts';
import { headersOf, readSourceHeaders } from './headers.ts';
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

const nothing: HeaderMatch = { found: [], ambiguous: [] };

export async function matchByHeaders(sessions: Sessions, look: HeaderLook): Promise<HeaderMatch> {
  const copies = look.rows.length === 0 ? [] : await headedCopies(sessions, look.uids);
  if (copies.length === 0) return nothing;
  await readSourceHeaders(
    sessions,
    look.rows.map(({ row }) => row),
  );
  const rows = fittingRows(look.rows, sessions.headers, copies);
  if (rows.length === 0) return nothing;
  const instants = new Set(rows.map(({ internalDate }) => instantKey(internalDate)));
  const rivals = ofInstants(await look.rivals(instants), rows);
  const unknown = ofInstants(look.unknown, rows);
  await readSourceHeaders(sessions, [...rivals, ...unknown]);
  const similar = similarRivals(rows, await headedRivals(sessions, rivals));
  const octets = await hashesOf(sessions.source, inQuestion(similar));
  return matchHeaders({
    rows,
    copies,
    ambiguous: ambiguousRows(similar, octets),
    deliveredUnknown: unknown.flatMap((row) => sessions.headers.get(row.sourceUid)?.key ?? []),
  });
}

async function headedRivals(sessions: Sessions, rivals: readonly RivalRow[]): Promise<HeadedRival[]> {
  const copies = rivals.flatMap((rival) => copyOfGone(sessions, rival) ?? []);
  const atTarget = await headersOf(sessions.target, copies);
  return rivals.map((rival) => {
    const atSource = rival.sourceUid === null ? undefined : sessions.headers.get(rival.sourceUid);
    const copy = copyOfGone(sessions, rival);
    return { ...rival, headers: atSource ?? (copy === null ? null : (atTarget.get(copy) ?? null)) };
  });
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
