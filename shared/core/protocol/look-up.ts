/**
 * In doubt = look, never repeat (protocol section 5): which row gets which copy that the target turns out to hold.
 * `identity` is what both sides are compared by: hash of the CRLF-canonical octets *and* the INTERNALDATE instant.
 * It must not be coarser than what planning keeps in one chunk (protocol section 4), else a copy of another chunk's
 * row is adopted and a loss is called complete (V6, V7).
 */
import type { Repair, RowOutcome } from '../../contract/items.ts';
import type { TargetUid } from '../../contract/ids.ts';

export interface DoubtfulRow {
  /** Position in the chunk. */
  index: number;
  /** null: the source no longer has it, so nothing can be compared. */
  identity: string | null;
  /** What its copy may be instead, because an attempt may have been a repaired one. */
  repaired?: readonly string[];
  /** Another message of this header identity but other octets is about (rewriting targets): never adopted. */
  ambiguous?: boolean;
}

export interface Copy {
  targetUid: TargetUid;
  identity: string;
}

export interface LookUp {
  /** Rows without a final outcome. */
  rows: readonly DoubtfulRow[];
  /** What the target holds from the window's floor on, read before `claimed` was. */
  copies: readonly Copy[];
  /** UIDs that a ledger, a stray note's row or an acknowledgement of this worker already names. */
  claimed: ReadonlySet<number>;
  /** Identities of rows that were delivered without a known UID, one entry per row: they take their copy first (V18, V33). */
  deliveredUnknown: readonly string[];
}

export type Finding =
  | { index: number; found: 'copy'; targetUid: TargetUid }
  | { index: number; found: 'nothing' }
  | { index: number; found: 'gone' };

export function assignCopies(look: LookUp): Finding[] {
  const free = new Map<string, TargetUid[]>();
  for (const copy of [...look.copies].sort((a, b) => a.targetUid - b.targetUid)) {
    if (look.claimed.has(copy.targetUid)) continue;
    free.set(copy.identity, [...(free.get(copy.identity) ?? []), copy.targetUid]);
  }
  for (const identity of look.deliveredUnknown) free.get(identity)?.shift();
  const adopted = new Map<number, TargetUid>();
  const adopt = ({ index, ambiguous }: DoubtfulRow, identity: string): void => {
    const targetUid = ambiguous || adopted.has(index) ? undefined : free.get(identity)?.shift();
    if (targetUid !== undefined) adopted.set(index, targetUid);
  };
  // Who has these very octets comes before whom they only fit once repaired.
  for (const row of look.rows) if (row.identity !== null) adopt(row, row.identity);
  for (const row of look.rows) for (const identity of row.repaired ?? []) adopt(row, identity);
  return look.rows.map(({ index, identity }): Finding => {
    const targetUid = adopted.get(index);
    if (targetUid !== undefined) return { index, found: 'copy', targetUid };
    return { index, found: identity === null ? 'gone' : 'nothing' };
  });
}

/** From where copies are looked for. Renumbered: floors name nothing any more, the whole folder is looked through (rule 8). */
export const lookFrom = (doubt: { uidValidity: number; uidFloor: number }, uidValidity: number): number =>
  uidValidity === doubt.uidValidity ? doubt.uidFloor : 1;

/**
 * Last words of the rows that were found or that are gone at the source; a row that is missing in the answer was found
 * nowhere and is to be appended. All carry `doubt`: an earlier attempt may still land.
 */
export function outcomesOf(
  findings: readonly Finding[],
  repairsOf: (index: number, targetUid: TargetUid) => Repair[] = () => [],
): Map<number, RowOutcome> {
  const outcomes = new Map<number, RowOutcome>();
  for (const finding of findings) {
    if (finding.found === 'copy') {
      const { index, targetUid } = finding;
      outcomes.set(index, adopted(targetUid, repairsOf(index, targetUid)));
    }
    if (finding.found === 'gone') outcomes.set(finding.index, goneInDoubt);
  }
  return outcomes;
}

const adopted = (targetUid: TargetUid, repairs: Repair[]): RowOutcome => ({
  outcome: 'copied',
  targetUid,
  evidence: 'adopted',
  doubt: true,
  code: null,
  sha256: null,
  ...(repairs.length > 0 ? { repairs } : {}),
});

/** The same for copies that were known by their header. */
export const adoptedByHeaders = (targetUid: TargetUid): RowOutcome => ({
  ...adopted(targetUid, []),
  evidence: 'adopted by headers',
});

const goneInDoubt: RowOutcome = {
  outcome: 'gone',
  targetUid: null,
  evidence: null,
  doubt: true,
  code: null,
  sha256: null,
};
