/** The ledger of a folder after a plan: what was known, minus what vanished, plus what the plan's chunks settled. */
import type { Counts, Evidence, LedgerPartRow, LedgerRow, PlannedFolder } from '../../contract/items.ts';
import type { SourceUid } from '../../contract/ids.ts';
import type { ErrorCode } from '../../errors.ts';
import { missingFlags } from '../flags.ts';

export interface LedgerChange {
  previous: readonly LedgerRow[];
  /** UIDVALIDITY that the target UIDs of `previous` belong to. */
  previousUidValidity: number;
  added: readonly LedgerPartRow[];
  /** Flags that a flags chunk brought to the target. */
  flags: ReadonlyMap<SourceUid, readonly string[]>;
  vanished: ReadonlySet<SourceUid>;
  /** UIDVALIDITY of the target folder now. */
  uidValidity: number;
  /** Now, for rows whose doubt is seen for the first time. */
  now: string;
}

/** Ascending by source UID. A row that was planned again (its outcome had been taken back) replaces the old one. */
export function mergeLedger(change: LedgerChange): LedgerRow[] {
  const rows = new Map<SourceUid, LedgerRow>();
  for (const row of change.previous) rows.set(row.sourceUid, known(row, change, change.previousUidValidity));
  for (const part of change.added) {
    const { folder: _, uidValidity, ...row } = part;
    const before = rows.get(row.sourceUid);
    // Tried again: what was sent before may still land, however the new attempt ended.
    const doubt = row.doubt || before?.doubt === true;
    const doubtSince = row.doubt ? change.now : (before?.doubtSince ?? null);
    rows.set(row.sourceUid, known({ ...row, doubt, doubtSince }, change, uidValidity));
  }
  return [...rows.values()].sort((a, b) => a.sourceUid - b.sourceUid);
}

function known(row: LedgerRow, change: LedgerChange, uidValidity: number): LedgerRow {
  const named = uidValidity === change.uidValidity;
  return {
    ...row,
    ...flagsOf(row, change.flags.get(row.sourceUid)),
    vanished: row.vanished || change.vanished.has(row.sourceUid),
    // A renumbered target: the UID names another message now, or none.
    targetUid: named ? row.targetUid : null,
  };
}

/** What was pending stays so until it is seen at the target, unless the source has dropped it since. */
function flagsOf(row: LedgerRow, followed: readonly string[] | undefined): Pick<LedgerRow, 'flags' | 'pendingFlags'> {
  if (!followed) return { flags: row.flags };
  if (!row.pendingFlags) return { flags: [...followed] };
  const pendingFlags = missingFlags(row.pendingFlags, missingFlags(row.pendingFlags, followed));
  return { flags: missingFlags(followed, pendingFlags), pendingFlags };
}

export const isDelivered = (row: LedgerRow): boolean => row.outcome === 'copied' || row.outcome === 'present';

/** Rows that the equation speaks of: messages the source had when it was last listed. */
export const isLive = (row: LedgerRow): boolean => !row.vanished;

/** `source = copied + present + skipped + quarantined + gone` holds by construction of the rows; `judgeFolder` checks it against the listing. */
export function countRows(rows: readonly LedgerRow[]): Counts {
  const live = rows.filter(isLive);
  const of = (outcome: LedgerRow['outcome']): number => live.filter((row) => row.outcome === outcome).length;
  return {
    source: live.length,
    copied: of('copied'),
    present: of('present'),
    skipped: of('skipped'),
    quarantined: of('quarantined'),
    gone: of('gone'),
    bytes: live.reduce((sum, row) => sum + (row.outcome === 'copied' ? row.sizeBytes : 0), 0),
  };
}

/** How the deliveries are known: what "complete" rests on as long as nothing is read again. */
export function evidenceOf(rows: readonly Pick<LedgerRow, 'outcome' | 'evidence' | 'vanished'>[]): Evidence {
  const delivered = rows.filter((row) => !row.vanished && (row.outcome === 'copied' || row.outcome === 'present'));
  const by = (evidence: LedgerRow['evidence']): number => delivered.filter((row) => row.evidence === evidence).length;
  return {
    acknowledged: by('acknowledged'),
    adopted: by('adopted'),
    counted: by('counted'),
    matched: by('matched'),
    byHeaders: delivered.filter((row) => isByHeaders(row.evidence)).length,
  };
}

export function addEvidence(all: readonly Evidence[]): Evidence {
  const sum = (of: (evidence: Evidence) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    acknowledged: sum((e) => e.acknowledged),
    adopted: sum((e) => e.adopted),
    counted: sum((e) => e.counted),
    matched: sum((e) => e.matched),
    byHeaders: sum((e) => e.byHeaders),
  };
}

export interface FolderProblem {
  code: ErrorCode;
  message: string;
}

/**
 * Why a folder may not be called complete, or null. The sum alone proves nothing about the target (two rows may hold
 * one copy), so known target UIDs must be distinct as well (protocol section 6, rule 2).
 */
export function judgeFolder(
  folder: PlannedFolder,
  at: { rows: readonly LedgerRow[]; added: readonly LedgerPartRow[] },
): FolderProblem | null {
  if (at.added.some((row) => row.code === 'UIDVALIDITY_CHANGED')) {
    return { code: 'UIDVALIDITY_CHANGED', message: 'The source renumbered the folder while it was copied.' };
  }
  const added = new Set(at.added.map((row) => row.sourceUid));
  // An older row that was gone before it was copied is no longer among the listed messages.
  const spokenOf = at.rows.filter((row) => isLive(row) && (row.outcome !== 'gone' || added.has(row.sourceUid))).length;
  if (spokenOf !== folder.expectedRows) {
    return {
      code: 'COUNTS_DISAGREE',
      message: `The source listed ${folder.expectedRows} messages, ${spokenOf} have an outcome.`,
    };
  }
  const doubles = doublyClaimed(at.rows).size;
  return doubles === 0
    ? null
    : { code: 'COUNTS_DISAGREE', message: `${doubles} copies at the target were claimed by two messages.` };
}

/** Target UIDs that more than one row names. */
export function doublyClaimed(rows: readonly LedgerRow[]): Set<number> {
  const seen = new Set<number>();
  const twice = new Set<number>();
  for (const { targetUid } of rows.filter(isDelivered)) {
    if (targetUid === null) continue;
    if (seen.has(targetUid)) twice.add(targetUid);
    seen.add(targetUid);
  }
  return twice;
}

/** A copy that was looked for and found; an acknowledgement is better evidence. */
const isFound = (evidence: LedgerRow['evidence']): boolean => evidence === 'adopted' || isByHeaders(evidence);

export const isByHeaders = (evidence: LedgerRow['evidence']): boolean =>
  evidence === 'adopted by headers' || evidence === 'matched by headers';

export const countByHeaders = (rows: readonly LedgerRow[]): number =>
  rows.filter((row) => isLive(row) && isByHeaders(row.evidence)).length;

/**
 * A double claim goes back to be copied: its adopted row is skipped, so that the next pass tries it again. It stays in
 * the ledger for its doubt: what was sent for it before may still land.
 */
export function withoutDoubleClaims(rows: readonly LedgerRow[]): LedgerRow[] {
  const twice = doublyClaimed(rows);
  return rows.map((row) => {
    if (row.targetUid === null || !twice.has(row.targetUid) || !isFound(row.evidence)) return row;
    const { repairs: _, ...known } = row;
    return { ...known, outcome: 'skipped', targetUid: null, evidence: null, code: 'COUNTS_DISAGREE' };
  });
}

/** Delivered under a known UID that the target no longer has: moved or deleted there, never copied again. */
export function removedAtTarget(rows: readonly LedgerRow[], atTarget: ReadonlySet<number>): number {
  return rows.filter((row) => isDelivered(row) && row.targetUid !== null && !atTarget.has(row.targetUid)).length;
}

/** Their copy is another than the message at the source. */
export const isRepaired = (row: LedgerRow): boolean =>
  isLive(row) && isDelivered(row) && (row.repairs ?? []).length > 0;

export const lacksFlags = (row: LedgerRow): boolean => isLive(row) && (row.pendingFlags ?? []).length > 0;

/** What `items.jsonl` names: messages that did not arrive, or not as they were. */
export const isItem = (row: LedgerRow): boolean =>
  isLive(row) && (!isDelivered(row) || isRepaired(row) || lacksFlags(row));
