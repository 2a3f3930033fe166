/**
 * The tail of a chunk item: outcomes of the last commit, run-length encoded, because the item must stay below 1 KB
 * (one write unit). A window that went well is one run: `100 c a 0 4711` = 100 rows copied, acknowledged, no doubt,
 * target UIDs 4711, 4712, ...
 */
import type { Repair, RowOutcome } from '../../contract/items.ts';
import { isErrorCode } from '../../errors.ts';
import { TargetUid } from '../../contract/ids.ts';

const outcomeLetters = { copied: 'c', present: 'p', skipped: 's', quarantined: 'q', gone: 'g' } as const;
const evidenceLetters = {
  acknowledged: 'a',
  adopted: 'd',
  counted: 'n',
  matched: 'm',
  'adopted by headers': 'D',
  'matched by headers': 'M',
} as const;
const repairLetters = { 'bare-newlines': 'n', 'nul-octets': 'o', flags: 'f', date: 'd' } as const;

export function encodeTail(rows: readonly RowOutcome[]): string {
  const runs: { head: RowOutcome; length: number }[] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last && continues(last.head, last.length, row)) last.length += 1;
    else runs.push({ head: row, length: 1 });
  }
  return runs.map(({ head, length }) => encodeRun(head, length)).join(';');
}

/** Throws on anything that `encodeTail` did not write. */
export function decodeTail(tail: string): RowOutcome[] {
  return tail === '' ? [] : tail.split(';').flatMap(decodeRun);
}

function continues(head: RowOutcome, length: number, row: RowOutcome): boolean {
  const uidFits = head.targetUid === null ? row.targetUid === null : row.targetUid === head.targetUid + length;
  return (
    uidFits &&
    row.outcome === head.outcome &&
    row.evidence === head.evidence &&
    row.doubt === head.doubt &&
    row.code === head.code &&
    encodeRepairs(row) === encodeRepairs(head) &&
    row.sha256 === null &&
    head.sha256 === null
  );
}

function encodeRun(head: RowOutcome, length: number): string {
  const evidence = head.evidence === null ? '-' : evidenceLetters[head.evidence];
  const fields = [
    length,
    outcomeLetters[head.outcome],
    evidence,
    head.doubt ? 1 : 0,
    head.targetUid ?? 0,
    head.code ?? '-',
    head.sha256 ?? '-',
    encodeRepairs(head),
  ];
  return fields.join(' ').replace(/( -)+$/, '');
}

function decodeRun(run: string): RowOutcome[] {
  const [length, outcome, evidence, doubt, uid, code = '-', sha256 = '-', repairs = '-'] = run.split(' ');
  const count = Number(length);
  const first = Number(uid);
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(first)) throw new Error(`tail: bad run "${run}"`);
  const row = {
    outcome: letterOf(outcomeLetters, outcome),
    evidence: evidence === '-' ? null : letterOf(evidenceLetters, evidence),
    doubt: doubt === '1',
    code: code !== '-' && isErrorCode(code) ? code : null,
    sha256: sha256 === '-' ? null : sha256,
    ...(repairs === '-' ? {} : { repairs: decodeRepairs(repairs) }),
  };
  return Array.from({ length: count }, (_, i) => ({
    ...row,
    targetUid: first === 0 ? null : TargetUid.parse(first + i),
  }));
}

const encodeRepairs = ({ repairs = [] }: RowOutcome): string =>
  repairs.length === 0 ? '-' : repairs.map((repair) => repairLetters[repair]).join('');

const decodeRepairs = (letters: string): Repair[] => Array.from(letters, (letter) => letterOf(repairLetters, letter));

function letterOf<K extends string>(letters: Readonly<Record<K, string>>, letter: string | undefined): K {
  for (const key in letters) if (letters[key] === letter) return key;
  throw new Error(`tail: unknown letter "${letter}"`);
}
