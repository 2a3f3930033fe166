import { describe, expect, test } from '@jest/globals';
import { FolderSummary } from '../../../../shared/contract/items.ts';
import type { MailboxLine, PassSummary } from '../../../../shared/contract/report.ts';
import { reportCsv } from '../../../../shared/core/report/report-csv.ts';
import { reportHtml } from '../../../../shared/core/report/report-html.ts';
import { mailbox, summary as sampleSummary } from './samples.ts';

const counts = { source: 10, copied: 7, present: 1, skipped: 1, quarantined: 0, gone: 1, bytes: 12_345_678 };

const line = (emailAddress: string, fields: Partial<MailboxLine> = {}): MailboxLine =>
  mailbox(emailAddress, { counts, flagsChangedNow: 0, planned: { messages: 10, bytes: 1 }, ...fields });

const summary = (mailboxes: MailboxLine[], fields: Partial<PassSummary> = {}): PassSummary =>
  sampleSummary(mailboxes, {
    passId: 'contoso-wave1-initial-00000000',
    startedAt: '2026-11-24T10:00:00Z',
    endedAt: '2026-11-24T11:02:03Z',
    verdict: mailboxes.some((m) => m.verdict === 'incomplete') ? 'incomplete' : 'complete',
    ...fields,
  });

const failure = {
  code: 'LOGIN_REFUSED',
  message: 'The source server refused the login of row wave1.csv:2.',
  hint: 'Correct it.',
} as const;
const html = (s: PassSummary, folders: FolderSummary[] = []): string =>
  reportHtml(s, new Map(s.mailboxes.map((m) => [m.mailboxId, folders])));

describe('the report', () => {
  test.each<[string, PassSummary, string]>([
    ['all complete', summary([line('a@x.example'), line('b@x.example')]), 'Every message of 2 mailboxes has arrived.'],
    [
      'one not',
      summary([line('a@x.example', { verdict: 'incomplete', failure })]),
      '1 of 1 mailbox is not complete yet.',
    ],
    ['rows rejected', summary([line('a@x.example')], { rejected: 3 }), '3 rows of the CSV could not be used'],
    [
      'the pass failed',
      summary([], { failure: { ...failure, code: 'CSV_GONE' } }),
      'The pass could not be carried out.',
    ],
    ['preflight', summary([line('a@x.example')], { pass: 'preflight' }), '1 mailbox can be migrated.'],
  ])('says in one sentence how it went: %s', (_, pass, sentence) => {
    expect(html(pass)).toContain(sentence);
  });

  test('shows that the sums add up, or that they do not', () => {
    expect(html(summary([line('a@x.example')]))).toMatch(/✓ 7 copied .* = 10; the source holds 10/);
    const short = line('a@x.example', { verdict: 'incomplete', counts: { ...counts, source: 12 } });
    expect(html(summary([short]))).toMatch(/✗ 7 copied .* = 10; the source holds 12/);
    expect(html(summary([short]))).toContain('2 missing');
  });

  test('escapes whatever servers and CSVs put in, and isolates text that would turn the page around', () => {
    const evil = `"><script>alert(1)</script>\u202e`;
    const folder = FolderSummary.parse({
      sourcePath: evil,
      targetPath: evil,
      counts,
      atTarget: 9,
      failure: { code: 'FOLDER_REFUSED', message: evil },
    });
    const page = html(
      summary([
        line('a@x.example', {
          targetUser: evil,
          origin: evil,
          verdict: 'incomplete',
          failure: { ...failure, message: evil },
        }),
      ]),
      [folder],
    );
    expect(page).not.toContain('<script');
    expect(page).not.toContain('\u202e');
    expect(page).toContain('&lt;script&gt;');
  });

  test('needs nothing from outside: no script, no link, a policy that forbids both', () => {
    const page = html(summary([line('a@x.example')]));
    expect(page).toContain(`default-src 'none'`);
    expect(page).not.toMatch(/<script|<link|src=|href=|url\(/);
  });

  test('of thousands of mailboxes shows folders only of those that are not complete', () => {
    const many = Array.from({ length: 1_200 }, (_, i) =>
      line(`u${i}@x.example`, i === 7 ? { verdict: 'incomplete', failure } : {}),
    );
    const folder = FolderSummary.parse({
      sourcePath: 'INBOX',
      targetPath: 'INBOX',
      counts,
      atTarget: 9,
      failure: null,
    });
    expect(html(summary(many), [folder]).match(/<details>/g)).toHaveLength(1);
  });
});

describe('report.csv', () => {
  test('has a line per mailbox and no formula', () => {
    const [head, first] = reportCsv(summary([line('=1+1@x.example', { verdict: 'incomplete', failure })])).split(
      '\r\n',
    );
    expect(head).toContain('Mailbox,Target,CSV row,Verdict');
    expect(first).toContain(`'=1+1@x.example`);
    expect(first).toContain('LOGIN_REFUSED');
  });
});
