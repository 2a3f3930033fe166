import { describe, expect, test } from '@jest/globals';
import type { PassSummary } from '../../../../shared/contract/report.ts';
import { headline } from '../../../../shared/core/report/headline.ts';
import { mailbox, noCounts, refused, summary } from './samples.ts';

const done = mailbox('a@b.c');
const open = mailbox('b@b.c', { verdict: 'incomplete', failure: refused });
const skips = mailbox('c@b.c', {
  verdict: 'complete with skips',
  counts: { ...noCounts, source: 1500, skipped: 500, quarantined: 1000 },
});

describe('the pass in one sentence', () => {
  const rows: [sentence: string, summary: PassSummary][] = [
    ['Every message of 1 mailbox has arrived.', summary([done])],
    ['1 of 2 mailboxes is not complete yet.', summary([done, open], { verdict: 'incomplete' })],
    ['2 of 2 mailboxes are not complete yet.', summary([open, open], { verdict: 'incomplete' })],
    [
      'Every message of 2 mailboxes is accounted for; 1,500 could not be delivered.',
      summary([done, skips], { verdict: 'complete with skips' }),
    ],
    [
      '3 rows of the CSV could not be used; the other 1 mailbox is complete.',
      summary([done], { rejected: 3, verdict: 'incomplete' }),
    ],
    [
      '1 row of the CSV could not be used; the other 2 mailboxes are complete, some with messages left out.',
      summary([done, skips], { rejected: 1, verdict: 'incomplete' }),
    ],
    ['2 rows of the CSV could not be used.', summary([], { rejected: 2, verdict: 'incomplete' })],
    ['The pass could not be carried out.', summary([], { failure: refused, verdict: 'incomplete' })],
    [
      'This upload was replaced by a newer one before it was read.',
      summary([], { supersededBy: 'contoso-wave1-initial-2', verdict: 'incomplete' }),
    ],
    ['There was no mailbox to work on.', summary([])],
    ['1 mailbox can be migrated.', summary([done], { pass: 'preflight' })],
    ['1 of 2 mailboxes cannot be migrated yet.', summary([done, open], { pass: 'preflight', verdict: 'incomplete' })],
  ];
  test.each(rows)('%s', (sentence, summary) => {
    expect(headline(summary)).toBe(sentence);
  });

  test('a pass that is incomplete for an unknown reason is never said to have arrived', () => {
    expect(headline(summary([done], { verdict: 'incomplete' }))).toBe('The pass is not complete yet.');
  });
});
