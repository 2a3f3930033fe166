/**
 * The CSV: Microsoft's columns `EmailAddress,UserName,Password[,UserRoot]` and optionally `TargetUserName,TargetPassword`.
 * A row that cannot be used is rejected with line, column and reason; the others go on. No password ever gets into a
 * rejection, a notice or an error.
 */
import { csvText } from '../core/report/csv-cell.ts';
import { MigrationError } from '../errors.ts';
import { readRecords, type CsvRecord } from './csv-records.ts';
import { decodeText } from './decode-text.ts';

export interface CsvRow {
  /** Where the row starts in the file; the header is line 1. */
  line: number;
  emailAddress: string;
  userName: string;
  password: string;
  userRoot: string | null;
  targetUserName: string | null;
  targetPassword: string | null;
}

export interface RejectedRow {
  line: number;
  column: string | null;
  reason: string;
  emailAddress: string | null;
}

export interface ParsedCsv {
  rows: CsvRow[];
  rejected: RejectedRow[];
  /** Harmless, but people should know: unknown columns. */
  notices: string[];
}

const required = ['EmailAddress', 'UserName', 'Password'] as const;
const optional = ['UserRoot', 'TargetUserName', 'TargetPassword'] as const;
const columns = [...required, ...optional];
type Column = (typeof columns)[number];
const mostRows = 50_000;
/** Characters of one cell. */
const longestValue = 1_000;

/** Errors: CSV_EMPTY, CSV_HEADER_MISSING, CSV_UNREADABLE. */
export function parseCsv(octets: Uint8Array, name: string): ParsedCsv {
  const text = decodeText(octets, name);
  const records = readRecords(text, name);
  const header = records[0];
  if (!header) throw new MigrationError('CSV_EMPTY', `${name} is empty.`);
  const positions = readHeader(header.cells, name);
  if (records.length === 1) throw new MigrationError('CSV_EMPTY', `${name} has a header and no row.`);
  if (records.length - 1 > mostRows) {
    throw new MigrationError('CSV_UNREADABLE', `${name} has more than ${mostRows} rows. Divide it.`);
  }
  const seen: Seen = { addresses: new Map(), targets: new Map() };
  const read = records.slice(1).map((record) => readRow(record, { header: header.cells, positions, seen }));
  return {
    rows: read.filter((row) => 'password' in row),
    rejected: read.filter((row) => 'reason' in row),
    notices: unknownColumns(header.cells),
  };
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.toLowerCase();

type Positions = ReadonlyMap<Column, number>;

function readHeader(cells: readonly string[], name: string): Positions {
  const missing = required.filter((column) => !cells.some((cell) => same(cell, column)));
  if (missing.length > 0) {
    throw new MigrationError('CSV_HEADER_MISSING', `${name} line 1: the header lacks ${missing.join(', ')}.`);
  }
  const doubled = columns.filter((column) => cells.filter((cell) => same(cell, column)).length > 1);
  if (doubled.length > 0) {
    throw new MigrationError('CSV_HEADER_MISSING', `${name} line 1: ${doubled.join(', ')} stands there twice.`);
  }
  return new Map(
    columns.flatMap((column) => {
      const at = cells.findIndex((cell) => same(cell, column));
      return at === -1 ? [] : [[column, at] as const];
    }),
  );
}

function unknownColumns(header: readonly string[]): string[] {
  const unknown = header.filter((cell) => !columns.some((column) => same(cell, column)));
  // Only names that look like names: a shifted header could hold anything.
  const shown = unknown.map((cell) => (/^[\w .-]{1,40}$/.test(cell.trim()) ? `"${cell.trim()}"` : 'a nameless one'));
  return unknown.length === 0 ? [] : [`These columns are not known and were ignored: ${shown.join(', ')}.`];
}

interface Seen {
  /** Line of the first row with it. */
  addresses: Map<string, number>;
  targets: Map<string, number>;
}

interface RowContext {
  header: readonly string[];
  positions: Positions;
  seen: Seen;
}

interface Fault {
  column: Column | null;
  reason: string;
}

function readRow({ line, cells }: CsvRecord, { header, positions, seen }: RowContext): CsvRow | RejectedRow {
  const cellOf: CellOf = (column) => cells[positions.get(column) ?? -1] ?? '';
  const row = rowOf(line, cellOf);
  const emailAddress = isAddress(row.emailAddress) ? row.emailAddress : null;
  if (cells.length !== header.length) {
    const reason = `The row has ${cells.length} cells, the header ${header.length}.`;
    // A delimiter inside a password shifts what follows: part of it could stand where the address belongs.
    return { line, column: null, reason, emailAddress: positions.get('EmailAddress') === 0 ? emailAddress : null };
  }
  const fault = valueFault(cellOf) ?? doubleFault(row, seen);
  return fault ? { line, ...fault, emailAddress } : row;
}

type CellOf = (column: Column) => string;

const rowOf = (line: number, cellOf: CellOf): CsvRow => ({
  line,
  emailAddress: cellOf('EmailAddress').trim(),
  userName: cellOf('UserName').trim(),
  // Verbatim: blanks may be part of it.
  password: cellOf('Password'),
  userRoot: cellOf('UserRoot').trim() || null,
  targetUserName: cellOf('TargetUserName').trim() || null,
  targetPassword: cellOf('TargetPassword'),
});

function valueFault(cellOf: CellOf): Fault | null {
  const long = columns.find((column) => cellOf(column).length > longestValue);
  if (long) return { column: long, reason: `The value is longer than ${longestValue} characters.` };
  const control = columns.find((column) => /\p{Cc}/u.test(cellOf(column)));
  if (control) return { column: control, reason: 'The value holds control characters, such as a line break.' };
  const absent = required.find((column) => cellOf(column).trim() === '');
  if (absent) return { column: absent, reason: 'The value is missing.' };
  if (!isAddress(cellOf('EmailAddress').trim())) return { column: 'EmailAddress', reason: 'This is no email address.' };
  // The target endpoint's own auth is "password", which needs one for each mailbox.
  if (cellOf('TargetPassword').trim() === '')
    return { column: 'TargetPassword', reason: 'The value is missing: the target asks for a password.' };
  return null;
}

function doubleFault({ emailAddress, targetUserName, line }: CsvRow, seen: Seen): Fault | null {
  const firstAddress = noteFirst(seen.addresses, emailAddress, line);
  if (firstAddress !== line)
    return { column: 'EmailAddress', reason: `The address stands in line ${firstAddress} already.` };
  const firstTarget = noteFirst(seen.targets, targetUserName ?? emailAddress, line);
  if (firstTarget !== line)
    return { column: 'TargetUserName', reason: `Line ${firstTarget} goes to the same target mailbox.` };
  return null;
}

function noteFirst(seen: Map<string, number>, value: string, line: number): number {
  const key = value.normalize('NFC').toLowerCase();
  const first = seen.get(key) ?? line;
  seen.set(key, first);
  return first;
}

const isAddress = (text: string): boolean => text.length <= 254 && /^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u.test(text);

/** What is kept of the CSV: who, and never with which password. */
export function redactedCsv(rows: readonly CsvRow[]): string {
  return csvText([
    columns,
    ...rows.map((row) => [
      row.emailAddress,
      row.userName,
      '***',
      row.userRoot ?? '',
      row.targetUserName ?? '',
      row.targetPassword === null ? '' : '***',
    ]),
  ]);
}

export function rejectedCsv(rejected: readonly RejectedRow[]): string {
  return csvText([
    ['Line', 'Column', 'EmailAddress', 'Reason'],
    ...rejected.map(({ line, column, emailAddress, reason }) => [line, column ?? '', emailAddress ?? '', reason]),
  ]);
}
