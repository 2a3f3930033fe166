/** What the report of a verify pass says: every number of it is one that the pass counted. */
import { describe, expect, test } from '@jest/globals';
import { summaryLines } from '../../../../cli/summary-view.ts';
import type { FolderSummary, Verified } from '../../../../shared/contract/items.ts';
import type { MailboxLine, PassSummary } from '../../../../shared/contract/report.ts';
import { confidenceOf } from '../../../../shared/core/report/confidence.ts';
import { headline } from '../../../../shared/core/report/headline.ts';
import { reportCsv } from '../../../../shared/core/report/report-csv.ts';
import { reportHtml } from '../../../../shared/core/report/report-html.ts';
import { failed } from '../../../../shared/core/failure.ts';
import { mailbox, noCounts, summary } from './samples.ts';

const counts = (source: number, more: Partial<Verified['counts']> = {}) => ({
  ...noCounts,
  source,
  copied: source,
  ...more,
});

function line(address: string, verified: Verified | null, more: Partial<MailboxLine> = {}): MailboxLine {
  const confidence = confidenceOf({ pass: 'verify', evidence: null, verified });
  return mailbox(address, { counts: verified?.counts ?? noCounts, copiedNow: 0, verified, confidence, ...more });
}

const verified = (findings: Verified['findings'], more: Partial<Verified> = {}): Verified => ({
  counts: counts(10),
  findings,
  otherFlags: 0,
  readBytes: 2_000,
  goneAtSource: 0,
  foldersLeft: 0,
  ...more,
});

const whole = line('a@b.c', verified({ equal: 10 }));
const removed = line('b@b.c', verified({ equal: 7, removed: 3 }));
const damaged = line('c@b.c', verified({ equal: 9, 'other-octets': 1 }, { otherFlags: 2 }), {
  verdict: 'incomplete',
  failure: failed('COPY_DIFFERS', 'Folder "INBOX": 1 message with other octets at the target.'),
});
const rewritten = line('e@b.c', verified({ equal: 6, rewritten: 4 }));
const unopened = line('d@b.c', null, {
  verdict: 'incomplete',
  failure: failed('LOGIN_REFUSED', 'The source refused the login.'),
});
const pass = (mailboxes: MailboxLine[]): PassSummary =>
  summary(mailboxes, {
    pass: 'verify',
    verdict: mailboxes.some((m) => m.verdict === 'incomplete') ? 'incomplete' : 'complete',
  });

describe('the sentence above all', () => {
  const left = verified({ equal: 9, 'left-out': 1 }, { counts: counts(10, { copied: 9, skipped: 1 }) });
  test.each<[string, PassSummary]>([
    ['Every message of 1 mailbox was read again at the target.', pass([whole])],
    ['Every message of 2 mailboxes is accounted for; 3 removed at the target after delivery.', pass([whole, removed])],
    ['Every message of 1 mailbox is accounted for; 1 could not be delivered.', pass([line('a@b.c', left)])],
    ['Every message of 1 mailbox was read again at the target, 4 equal by headers only.', pass([rewritten])],
    [
      'Every message of 2 mailboxes is accounted for; 3 removed at the target after delivery, 4 equal by headers only.',
      pass([removed, rewritten]),
    ],
    ['1 of 2 mailboxes is not complete yet.', pass([whole, damaged])],
  ])('%s', (sentence, of) => {
    expect(headline(of)).toBe(sentence);
  });
});

describe('the confidence of a pass', () => {
  test('adds up its mailboxes, and leaves out those that were not verified', () => {
    expect(pass([whole, removed, damaged, unopened]).totals).toMatchObject({
      verified: { findings: { equal: 26, removed: 3, 'other-octets': 1 }, otherFlags: 2, readBytes: 6_000 },
      confidence:
        '27 of 30 messages read again on both sides: 26 equal in octets (sha256) and date, 1 with other octets, 2 with other flags. 3 removed at the target after delivery.',
    });
  });

  test('is not known while a mailbox was not counted, instead of speaking for the others only', () => {
    const evidence = { acknowledged: 5, adopted: 0, counted: 0, matched: 0, byHeaders: 0 };
    const known = mailbox('a@b.c', { evidence });
    expect(summary([known]).totals.confidence).toMatch(/^Of 5 delivered messages 5 acknowledged/);
    expect(summary([known, mailbox('b@b.c')]).totals).toMatchObject({
      evidence: null,
      confidence: 'How the deliveries are known was not counted yet.',
    });
  });

  test('stands in the page, in the table for spreadsheets and in the terminal', () => {
    const of = pass([whole, removed]);
    const sentence = '17 of 20 messages read again on both sides: octets (sha256), date and flags equal.';
    expect(reportHtml(of, new Map())).toContain(sentence);
    expect(summaryLines(of, null).join('\n')).toContain(`2 of 2 mailboxes complete.\n${sentence}`);
    expect(reportCsv(of)).toContain('"7 of 10 messages read again on both sides');
  });
});

describe('report.csv', () => {
  test('has what was found, and nothing where nothing was read', () => {
    const [header = '', ...rows] = reportCsv(pass([damaged, rewritten, unopened])).split('\r\n');
    const names = header.split(',');
    const of = (row: string | undefined): (string | undefined)[] =>
      ['Read again', 'Found equal', 'Equal by headers only', 'Other octets', 'Other date', 'Other flags'].map(
        (n) => row?.split(',')[names.indexOf(n)],
      );
    expect(rows.slice(0, 3).map(of)).toEqual([
      ['10', '9', '0', '1', '0', '2'],
      ['10', '6', '4', '0', '0', '0'],
      ['', '', '', '', '', ''],
    ]);
  });
});

describe('the folders of the page', () => {
  const folder = (sourcePath: string, more: Partial<Verified>): FolderSummary => {
    const { counts: of, findings, otherFlags, readBytes } = verified({}, more);
    return {
      sourcePath,
      targetPath: sourcePath,
      counts: of,
      atTarget: null,
      failure: null,
      verified: { counts: of, findings, otherFlags, readBytes },
    };
  };
  const heads = (list: FolderSummary[]): string[] => {
    const page = reportHtml(pass([whole]), new Map([[whole.mailboxId, list]]));
    const table = page.slice(page.indexOf('Source folder'));
    return [...table.matchAll(/<th scope="col" class="n">([^<]*)</g)].map(([, head = '']) => head);
  };

  test('have a column for what was found, and none for what was not', () => {
    expect(heads([folder('INBOX', { findings: { equal: 10 } })])).toEqual(['Source', 'Equal']);
    expect(
      heads([
        folder('INBOX', { findings: { equal: 10 } }),
        folder('Sent', { findings: { equal: 8, removed: 2 }, otherFlags: 1 }),
      ]),
    ).toEqual(['Source', 'Equal', 'Other flags', 'Removed']);
  });
});

test('no line of the summary on the terminal holds a control character, whatever a folder is called', () => {
  const hostile = 'Folder "\u001b]0;owned\u0007\u202e": unreadable';
  const failure = { code: 'FOLDER_UNREADABLE', message: hostile, hint: 'Look.' } as const;
  const of = pass([line('a\u001b[2J@b.c', null, { verdict: 'incomplete', failure })]);
  const lines = summaryLines({ ...of, failure }, null);
  expect(lines.join(' ')).toContain('Folder "?]0;owned??": unreadable');
  expect(lines.filter((text) => /\p{C}/u.test(text))).toEqual([]);
});
