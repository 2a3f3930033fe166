import { describe, expect, test } from '@jest/globals';
import { csvCell, csvText } from '../../../../shared/core/report/csv-cell.ts';
import { reportCsv } from '../../../../shared/core/report/report-csv.ts';
import { mailbox, noCounts, refused, summary } from './samples.ts';

describe('a cell', () => {
  const rows: [value: string | number, cell: string][] = [
    ['plain', 'plain'],
    ['', ''],
    [-5, '-5'],
    ['-5', "'-5"],
    ['=1+1', "'=1+1"],
    ['+30', "'+30"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['a,b', '"a,b"'],
    ['=a,"b"', `"'=a,""b"""`],
    ['a=b', 'a=b'],
  ];
  test.each(rows)('%j is written %j', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  test('rows end as RFC 4180 wants, after a byte order mark', () => {
    expect(
      csvText([
        ['a', 1],
        ['b', 2],
      ]),
    ).toBe('\ufeffa,1\r\nb,2\r\n');
  });
});

describe('report.csv', () => {
  const cellsOf = (line: string | undefined): string[] => (line ?? '').replace('\ufeff', '').split(',');

  test('one line per mailbox, and the outcomes come to what the source holds', () => {
    const counts = { source: 21, copied: 1, present: 2, skipped: 3, quarantined: 4, gone: 5, bytes: 99 };
    const [header, line, end] = reportCsv(summary([mailbox('a@b.c', { counts })])).split('\r\n');
    const value = (name: string): string | undefined => cellsOf(line)[cellsOf(header).indexOf(name)];
    expect(end).toBe('');
    expect(value('Mailbox')).toBe('a@b.c');
    const outcomes = ['Copied', 'Was there before', 'Skipped', 'Quarantined', 'Gone meanwhile', 'Missing'].map(value);
    expect(outcomes).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(value('Messages at the source')).toBe('21');
    expect(value('Messages planned in this pass')).toBe('7');
  });

  test('no foreign text becomes a formula', () => {
    const hostile = mailbox('=cmd@b.c', { targetUser: '@x', origin: '+w.csv:2', counts: noCounts, failure: refused });
    const line = reportCsv(summary([hostile])).split('\r\n')[1];
    expect(cellsOf(line).slice(0, 3)).toEqual(["'=cmd@b.c", "'@x", "'+w.csv:2"]);
    expect(line).toContain('LOGIN_REFUSED,The source refused the login.,Correct user name');
  });

  test('no mailbox: the header alone', () => {
    expect(reportCsv(summary([])).trimEnd().split('\r\n')).toHaveLength(1);
  });
});
