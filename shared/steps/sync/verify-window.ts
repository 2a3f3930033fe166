/** One window of a verify chunk: both sides are read at once, then each row gets its finding. */
import type { FolderKey, SourceUid, TargetUid } from '../../contract/ids.ts';
import type { CopyHalf, DeliveredHalf, VerifyLine, VerifyPart, VerifyRow } from '../../contract/verify.ts';
import type { HeaderIdentity } from '../../core/header-identity.ts';
import { judgePair, judgeRewritten, type Side } from '../../core/verify/compare.ts';
import { possibleDate } from '../../core/repair/possible-date.ts';
import { addTallies, emptyTally, tallyOf } from '../../core/verify/tally.ts';
import { isDelivered, isNameless } from '../../core/verify/verify-row.ts';
import type { MailReader, SourceMailbox } from '../../ports/mail.ts';
import type { Deadline } from '../../ports/runtime.ts';
import { headersOf } from './headers.ts';
import { readAsIs, readSide, readWithRepairs, type Wanted } from './read-side.ts';

interface Readers {
  source: SourceMailbox;
  target: MailReader<TargetUid>;
  deadline: Deadline;
  /** Known of this target. Otherwise headers say something of rows only that were delivered on their evidence. */
  rewrites: boolean;
}

interface Window {
  folder: FolderKey;
  rows: readonly VerifyRow[];
}

export async function verifyWindow(readers: Readers, { folder, rows }: Window): Promise<VerifyPart> {
  const { deadline } = readers;
  const fromSource = rows.flatMap((row): Wanted<SourceUid>[] =>
    row.sourceUid !== null && isDelivered(row) ? [{ uid: row.sourceUid, row }] : [],
  );
  const fromTarget = rows.flatMap((row): Wanted<TargetUid>[] =>
    row.targetUid === null ? [] : [{ uid: row.targetUid, row }],
  );
  const [source, target] = await settledBoth(
    readSide(readers.source, fromSource, { deadline, read: readWithRepairs }),
    readSide(readers.target, fromTarget, { deadline, read: readAsIs }),
  );
  const telling = rows.filter((row) => readers.rewrites || row.byHeaders === true);
  const headers = await readHeaders(readers, telling, { source, target });
  return partOf(folder, rows, { source, target, headers });
}

interface Headers {
  source: ReadonlyMap<SourceUid, HeaderIdentity | null>;
  target: ReadonlyMap<TargetUid, HeaderIdentity | null>;
}

/** Of the rows whose octets say nothing: those that differ, and halves. */
async function readHeaders(
  readers: Readers,
  rows: readonly VerifyRow[],
  sides: Omit<Sides, 'headers'>,
): Promise<Headers> {
  const fromSource = new Map<SourceUid, string>();
  const fromTarget: TargetUid[] = [];
  for (const { sourceUid, targetUid } of rows) {
    const source = sourceUid === null ? 'absent' : (sides.source.get(sourceUid) ?? 'absent');
    const target = targetUid === null ? 'absent' : (sides.target.get(targetUid) ?? 'absent');
    if (sourceUid !== null && targetUid !== null && judgePair(source, target).finding !== 'other-octets') continue;
    if (sourceUid !== null && typeof source !== 'string')
      fromSource.set(sourceUid, possibleDate(source.internalDate).internalDate);
    if (targetUid !== null && typeof target !== 'string') fromTarget.push(targetUid);
  }
  const source = await headersOf(readers.source, [...fromSource.keys()], fromSource);
  return { source, target: await headersOf(readers.target, fromTarget) };
}

/** Neither side is left reading in the background when the other failed. */
async function settledBoth<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

interface Sides {
  source: ReadonlyMap<SourceUid, Side>;
  target: ReadonlyMap<TargetUid, Side>;
  headers: Headers;
}

function partOf(folder: FolderKey, rows: readonly VerifyRow[], sides: Sides): VerifyPart {
  const judged: VerifyLine[] = [];
  const delivered: DeliveredHalf[] = [];
  const copies: CopyHalf[] = [];
  for (const row of rows) {
    if (row.sourceUid === null) copies.push(...copyHalf(row, sides));
    else {
      const half = isNameless(row) ? deliveredHalf(row, sides) : null;
      if (half) delivered.push(half);
      else judged.push(lineOf(row, row.sourceUid, sides));
    }
  }
  const tally = addTallies([...judged.map((line) => tallyOf(line, 0)), { ...emptyTally, readBytes: readBytes(sides) }]);
  return { folder, tally, lines: judged.filter(isWorthALine), delivered, copies };
}

const isWorthALine = ({ finding, otherFlags }: VerifyLine): boolean => finding !== 'equal' || otherFlags;

/** A nameless row without a reading has its finding already. */
function lineOf(row: VerifyRow, sourceUid: SourceUid, sides: Sides): VerifyLine {
  const { targetUid, internalDate, sizeBytes, outcome, code } = row;
  const line = { sourceUid, targetUid, internalDate, sizeBytes, outcome, code };
  if (outcome === null || outcome === 'gone') return { ...line, finding: 'not-copied', otherFlags: false };
  if (!isDelivered(row)) return { ...line, finding: 'left-out', otherFlags: false };
  const source = sides.source.get(sourceUid) ?? 'absent';
  const target = targetUid === null ? 'unreadable' : (sides.target.get(targetUid) ?? 'absent');
  const keys = {
    source: sides.headers.source.get(sourceUid)?.key ?? null,
    target: targetUid === null ? null : (sides.headers.target.get(targetUid)?.key ?? null),
  };
  return { ...line, ...judgeRewritten(source, target, keys) };
}

/** null: the source did not hand it out, which is a finding of its own. */
function deliveredHalf(row: VerifyRow, { source, headers }: Sides): DeliveredHalf | null {
  const { sourceUid, outcome, sizeBytes } = row;
  const side = sourceUid === null ? undefined : source.get(sourceUid);
  if (sourceUid === null || side === undefined || typeof side === 'string') return null;
  if (outcome !== 'copied' && outcome !== 'present') return null;
  const { internalDate, clamped: dateRepaired } = possibleDate(side.internalDate);
  const { flags, sha256 } = side;
  const headerKey = headers.source.get(sourceUid)?.key ?? null;
  const content = { flags: [...flags], sha256: [...sha256], headerKey };
  return { sourceUid, outcome, sizeBytes, internalDate, dateRepaired, ...content };
}

function copyHalf({ targetUid, internalDate, sizeBytes }: VerifyRow, { target, headers }: Sides): CopyHalf[] {
  const side = targetUid === null ? 'absent' : (target.get(targetUid) ?? 'absent');
  if (targetUid === null || side === 'absent') return [];
  if (side === 'unreadable') return [{ targetUid, internalDate, sizeBytes, flags: [], sha256: null, headerKey: null }];
  const content = { flags: [...side.flags], sha256: side.sha256[0] ?? null };
  const headerKey = headers.target.get(targetUid)?.key ?? null;
  return [{ targetUid, internalDate: side.internalDate, sizeBytes, ...content, headerKey }];
}

function readBytes({ source, target }: Sides): number {
  const sum = (sides: Iterable<Side>): number =>
    [...sides].reduce((all, side) => all + (typeof side === 'string' ? 0 : side.octetCount), 0);
  return sum(source.values()) + sum(target.values());
}
