/** CSV text to cells, each record with the line it starts in. What the cells mean is `csv.ts`' matter. */
import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';
import { MigrationError } from '../errors.ts';

export interface CsvRecord {
  /** Where the record starts in the file; the first line is 1. */
  line: number;
  cells: string[];
}

const Records = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));

/** Records that hold something. Errors: CSV_UNREADABLE, naming the line where the quotes stop making sense. */
export function readRecords(decoded: string, name: string): CsvRecord[] {
  // One kind of line end: csv-parse counts CRLF twice in places. No value loses by it, since one with a break is refused.
  const text = decoded.replace(/\r\n?/g, '\n');
  let lastLine = 0;
  try {
    const records = Records.parse(
      parse(text, {
        delimiter: delimiterOf(text),
        record_delimiter: '\n',
        info: true,
        on_record: (record: string[], { lines }) => {
          lastLine = lines;
          return record;
        },
        relax_column_count: true,
        skip_empty_lines: true,
        max_record_size: 100_000,
      }),
    );
    return records
      .map(({ record, info }) => ({ line: info.lines - lineBreaks(record), cells: record }))
      .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = nextLineWithText(text, lastLine);
    throw new MigrationError('CSV_UNREADABLE', `${name} line ${line}: the quotes do not match (${error.code}).`);
  }
}

/** `info.lines` is where a record ends. */
const lineBreaks = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);

/** The parser gives up where the text ends or the next quote stands; people look for where the trouble begins. */
function nextLineWithText(text: string, after: number): number {
  const found = text.split('\n').findIndex((line, i) => i >= after && line !== '');
  return found === -1 ? after + 1 : found + 1;
}

/** Excel writes semicolons where the decimal sign is a comma. */
function delimiterOf(text: string): string {
  const header = /[^\n]+/.exec(text)?.[0] ?? '';
  return [',', ';', '\t'].sort((a, b) => header.split(b).length - header.split(a).length)[0] ?? ',';
}
