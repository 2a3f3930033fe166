/** Messages over a limit in the report: before a migration and after it. */
import { expect, test } from '@jest/globals';
import { ItemLine } from '../../../../shared/contract/items.ts';
import { headline } from '../../../../shared/core/report/headline.ts';
import { mostShown } from '../../../../shared/core/report/left-out.ts';
import { reportCsv } from '../../../../shared/core/report/report-csv.ts';
import { reportHtml } from '../../../../shared/core/report/report-html.ts';
import { mailbox, noCounts, summary } from './samples.ts';

const read = (page: string): string => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
const item = (folder: string, uid = 7): ItemLine =>
  ItemLine.parse({
    mailbox: 'a@b.c',
    folder,
    uid,
    outcome: 'skipped',
    code: 'MESSAGE_TOO_LARGE',
    sizeBytes: 50_000_000,
    internalDate: '17-Jul-1996 02:44:25 -0700',
  });
const page = (pass: 'preflight' | 'initial', items: readonly ItemLine[], messages = items.length): string => {
  const counts = { ...noCounts, source: 1_000, copied: 1_000 - messages, skipped: messages };
  const line = mailbox('a@b.c', { counts, overLimit: { messages, bytes: messages * 50_000_000 } });
  return reportHtml(summary([line], { pass, verdict: 'complete with skips' }), new Map(), items);
};

test('each is listed by folder, date and size, with the code that says why', () => {
  const text = read(page('initial', [item('Archive/Old')]));
  expect(text).toContain('Messages left out');
  expect(text).toMatch(/Archive\/Old UID 7 17-Jul-1996 02:44:25 -0700 .*MB MESSAGE_TOO_LARGE/);
});

test('a preflight says that they would be', () => {
  const text = read(page('preflight', [item('INBOX')]));
  expect(text).toContain('Messages that would be left out');
  expect(text).toContain('1 mailbox can be migrated; 1 message over a limit would be left out.');
  expect(text).toContain('raise limits.messageBytes or limits.itemsPerMailbox first');
});

test('of very many the page shows some, and says so', () => {
  const items = Array.from({ length: mostShown }, (_, i) => item('INBOX', i + 1));
  expect(read(page('initial', items, 900))).toContain('500 of 900: items.jsonl names all.');
});

test('a name is text, never markup', () => {
  expect(page('initial', [item('<img src=x onerror=alert(1)>')])).not.toContain('<img');
});

test('the count per mailbox is in report.csv', () => {
  const line = mailbox('a@b.c', { overLimit: { messages: 3, bytes: 9 } });
  const [head, row] = reportCsv(summary([line])).split('\r\n');
  expect(row?.split(',')[head?.split(',').indexOf('Over a limit') ?? -1]).toBe('3');
});

test('without any the headline is what it was', () => {
  expect(headline(summary([mailbox('a@b.c')], { pass: 'preflight' }))).toBe('1 mailbox can be migrated.');
});
