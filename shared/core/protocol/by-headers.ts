/**
 * Which copies are known by their header, of rows whose octets were found nowhere: the target, or another tool, rewrote
 * them (protocol section 5, step 5). Only rows that nothing else can be mistaken for. Facts are asked for in turns, so
 * that little is read: whose header fits at all, who else could be meant, and the octets of those alone.
 */
import type { SourceUid } from '../../contract/ids.ts';
import { mayBeTakenFor, type HeaderIdentity } from '../header-identity.ts';
import { instantKey } from '../identity.ts';
import type { MessageRow } from './claims.ts';
import { assignCopies, type Copy, type Finding } from './look-up.ts';
import { isAmbiguous, type RivalRow } from './rivals.ts';

export interface HeadedRow extends MessageRow {
  index: number;
  headers: HeaderIdentity;
  key: string;
}

export interface HeadedRival extends RivalRow {
  /** null: can't be read, or says nothing that could be relied on. */
  headers: HeaderIdentity | null;
}

/** By row, who else a copy with its header could belong to. */
export type Similar = ReadonlyMap<HeadedRow, readonly HeadedRival[]>;

export interface HeaderMatch {
  found: Extract<Finding, { found: 'copy' }>[];
  /** A copy has their header, and may be another row's. */
  ambiguous: number[];
}

/** `copies`: by header key. */
export function fittingRows(
  rows: readonly { index: number; row: MessageRow }[],
  headersOf: ReadonlyMap<SourceUid, HeaderIdentity | null>,
  copies: readonly Copy[],
): HeadedRow[] {
  const keys = new Set(copies.map(({ identity }) => identity));
  return rows.flatMap(({ index, row: { sourceUid, internalDate } }): HeadedRow[] => {
    const headers = headersOf.get(sourceUid);
    if (headers?.key == null || !keys.has(headers.key)) return [];
    return [{ index, sourceUid, internalDate, headers, key: headers.key }];
  });
}

export function ofInstants<T extends { internalDate: string }>(all: readonly T[], rows: readonly HeadedRow[]): T[] {
  const instants = new Set(rows.map(({ internalDate }) => instantKey(internalDate)));
  return all.filter(({ internalDate }) => instants.has(instantKey(internalDate)));
}

export function similarRivals(rows: readonly HeadedRow[], rivals: readonly HeadedRival[]): Similar {
  return new Map(
    rows.map((row) => {
      const others = rivals.filter(({ sourceUid }) => sourceUid !== row.sourceUid);
      return [row, others.filter(({ headers }) => mayBeTakenFor(row.headers, headers))];
    }),
  );
}

/** Messages whose octets decide whether a row is ambiguous. */
export function inQuestion(similar: Similar): SourceUid[] {
  const doubtful = [...similar].flatMap(([row, others]) => (others.length === 0 ? [] : [row, ...others]));
  return [...new Set(doubtful.flatMap(({ sourceUid }) => sourceUid ?? []))];
}

export function ambiguousRows(similar: Similar, octets: ReadonlyMap<SourceUid, string>): number[] {
  const octetsOf = ({ sourceUid, elsewhere }: HeadedRival): string | null =>
    // What another chunk has in hand may be stored between our FETCH and now: its twins are not ours to take.
    elsewhere || sourceUid === null ? null : (octets.get(sourceUid) ?? null);
  return [...similar].flatMap(([{ index, headers, sourceUid }, others]) => {
    if (others.length === 0) return [];
    const own = octets.get(sourceUid);
    const facts = others.map((rival) => ({ headers: rival.headers, octets: octetsOf(rival) }));
    return own === undefined || isAmbiguous({ headers, octets: own }, facts) ? [index] : [];
  });
}

/** `deliveredUnknown`: header keys of rows that were delivered under no known UID, which take theirs first. */
export function matchHeaders(at: {
  rows: readonly HeadedRow[];
  copies: readonly Copy[];
  ambiguous: readonly number[];
  deliveredUnknown: readonly string[];
}): HeaderMatch {
  const { rows, copies, deliveredUnknown } = at;
  const ambiguous = new Set(at.ambiguous);
  const findings = assignCopies({
    rows: rows.map(({ index, key }) => ({ index, identity: key, ambiguous: ambiguous.has(index) })),
    copies,
    claimed: new Set(),
    deliveredUnknown,
  });
  return { found: findings.filter((finding) => finding.found === 'copy'), ambiguous: [...at.ambiguous] };
}
