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

function readRow({ line, cells }: CsvRecord, { header, positions, seen }: RowContext): CsvRow | RejectedRow {
  const raw = (column: Column): string => cells[positions.get(column) ?? -1] ?? '';
  const trimmed = (column: Column): string => raw(column).trim();
  const emailAddress = trimmed('EmailAddress');
  const shownAddress = isAddress(emailAddress) ? emailAddress : null;
  const reject = (column: Column | null, reason: string): RejectedRow => ({
    line,
    column,
    reason,
    emailAddress: shownAddress,
  });

  if (cells.length !== header.length)
    return reject(null, `The row has ${cells.length} cells, the header ${header.length}.`);
  const badCell = columns.find((column) => raw(column).length > 1000 || /\p{Cc}/u.test(raw(column)));
  if (badCell) return reject(badCell, 'The value is too long or holds control characters.');
  if (!shownAddress)
    return reject('EmailAddress', emailAddress === '' ? 'The value is missing.' : 'This is no email address.');
  const absent = required.find((column) => trimmed(column) === '');
  if (absent) return reject(absent, 'The value is missing.');
  // The target endpoint's own auth is "password", which needs one for each mailbox.
  if (trimmed('TargetPassword') === '')
    return reject('TargetPassword', 'The value is missing: the target asks for a password.');

  const targetUserName = trimmed('TargetUserName') || null;
  const firstAddress = noteFirst(seen.addresses, emailAddress, line);
  if (firstAddress !== line) return reject('EmailAddress', `The address stands in line ${firstAddress} already.`);
  const firstTarget = noteFirst(seen.targets, targetUserName ?? emailAddress, line);
  if (firstTarget !== line) return reject('TargetUserName', `Line ${firstTarget} goes to the same target mailbox.`);
  return {
    line,
    emailAddress,
    userName: trimmed('UserName'),
    // Verbatim: blanks may be part of it.
    password: raw('Password'),
    userRoot: trimmed('UserRoot') || null,
    targetUserName,
    targetPassword: raw('TargetPassword'),
  };
}

function noteFirst(seen: Map<string, number>, value: string, line: number): number {
  const key = value.normalize('NFC').toLowerCase();
  const first = seen.get(key) ?? line;
  seen.set(key, first);
  return first;
}

const isAddress = (text: string): boolean => text.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(text);

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
