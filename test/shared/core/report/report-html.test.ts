import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FolderSummary } from '../../../../shared/contract/items.ts';
import { reportHtml } from '../../../../shared/core/report/report-html.ts';
import { mailbox, noCounts, refused, summary } from './samples.ts';

const folder = (sourcePath: string, more: Partial<FolderSummary> = {}): FolderSummary => ({
  sourcePath,
  targetPath: sourcePath,
  counts: { ...noCounts, source: 10, copied: 10 },
  atTarget: 10,
  failure: null,
  ...more,
});
const none = new Map<string, FolderSummary[]>();

/** Text as it is read, without tags and line ends. */
const read = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the page stands alone', () => {
  const page = reportHtml(summary([mailbox('a@b.c')]), none);

  test('no script, no address of anything, no inline style', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bhref=|url\(|@import|\bon\w+=|\bstyle=/i);
  });

  test('its policy allows its own style sheet and nothing else', () => {
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
  });

  test('light, dark and paper', () => {
    expect(page).toContain('@media (prefers-color-scheme:dark)');
    expect(page).toContain('@media print');
  });
});

describe('what it says', () => {
  test('that the sums add up', () => {
    const counts = { source: 1021, copied: 1006, present: 2, skipped: 3, quarantined: 4, gone: 6, bytes: 99 };
    const page = read(reportHtml(summary([mailbox('a@b.c', { counts })]), none));
    expect(page).toContain(
      '✓ 1,006 copied + 2 there before + 3 skipped + 4 quarantined + 6 gone meanwhile = 1,021; the source holds 1,021.',
    );
  });

  test('that they do not', () => {
    const counts = { ...noCounts, source: 3, copied: 2 };
    const page = read(reportHtml(summary([mailbox('a@b.c', { counts })], { verdict: 'incomplete' }), none));
    expect(page).toContain('✗ 2 copied');
    expect(page).toContain('= 2; the source holds 3.');
    expect(page).toContain('1 missing');
  });

  test('a failure with its code and what to do', () => {
    const page = read(reportHtml(summary([mailbox('a@b.c', { verdict: 'incomplete', failure: refused })]), none));
    expect(page).toContain(`LOGIN_REFUSED The source refused the login. ${refused.hint}`);
  });

  test('a folder that failed, with the hint of its code', () => {
    const failure = { code: 'FOLDER_REFUSED', message: 'The target said no.' } as const;
    const a = mailbox('a@b.c');
    const folders = new Map([[a.mailboxId, [folder('Old', { targetPath: 'New', atTarget: null, failure })]]]);
    const page = read(reportHtml(summary([a]), folders));
    expect(page).toContain('Old FOLDER_REFUSED The target said no. The target refused to create or open this folder.');
    expect(page).toContain('→ New');
    expect(page).toContain('–');
  });

  test('what is good to know, only where it happened', () => {
    const page = read(reportHtml(summary([mailbox('a@b.c', { surplus: 1, droppedKeywords: 2 })]), none));
    expect(page).toContain('1 surplus copy found at the target');
    expect(page).toContain('2 keywords left out');
    expect(read(reportHtml(summary([mailbox('a@b.c')]), none))).not.toContain('Good to know');
  });

  test('a preflight misses nothing: it copies nothing', () => {
    const counts = { ...noCounts, source: 500 };
    const page = read(reportHtml(summary([mailbox('a@b.c', { counts })], { pass: 'preflight' }), none));
    expect(page).toContain('500 messages at the source');
    expect(page).not.toMatch(/missing|copied/i);
  });

  test('nothing of a pass that had no mailbox', () => {
    expect(read(reportHtml(summary([], { rejected: 1, verdict: 'incomplete' }), none))).toContain('Mailboxes None.');
  });
});

describe('folder details', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      mailbox(`m${i}@b.c`, i === 0 ? { verdict: 'incomplete', failure: refused } : {}),
    );
  const foldersOf = (mailboxes: ReturnType<typeof many>) =>
    new Map(mailboxes.map(({ mailboxId }) => [mailboxId, [folder('INBOX')]]));
  const detailsIn = (page: string): number => page.split('<details>').length - 1;

  test.each([
    [1000, 1000],
    [1001, 1],
  ])('of %d mailboxes are shown for %d', (count, shown) => {
    const mailboxes = many(count);
    expect(detailsIn(reportHtml(summary(mailboxes, { verdict: 'incomplete' }), foldersOf(mailboxes)))).toBe(shown);
  });
});

describe('hostile names', () => {
  const a = mailbox('a@b.c');
  const pageWith = (name: string): string => {
    const failure = { ...refused, message: name };
    const line = mailbox('b@b.c', { emailAddress: name, targetUser: name, origin: name, failure });
    const folders = new Map([[a.mailboxId, [folder(name, { failure: { code: 'INTERNAL', message: name } })]]]);
    return reportHtml(summary([a, line]), folders);
  };
  const tagsOf = (page: string): string[] => page.match(/<[a-z!/][^>]*>/gi) ?? [];
  const plainTags = tagsOf(pageWith('plain'));

  test.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onload='x", '</bdi></td></table>'])(
    '%j adds no tag and no attribute',
    (name) => {
      expect(tagsOf(pageWith(name))).toEqual(plainTags);
    },
  );

  test('cannot turn the text around: control characters are shown as such', () => {
    const page = pageWith('in\u202egpj.exe\u2066\u0007');
    expect(page).not.toMatch(/[^\P{C}\n]/u);
    expect(page).toContain('<bdi>in\uFFFDgpj.exe\uFFFD\uFFFD</bdi>');
  });

  test('whatever the name, the tags stay the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (name) => {
        expect(tagsOf(pageWith(name))).toEqual(plainTags);
      }),
    );
  });
});
