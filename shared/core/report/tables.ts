/** The report's tables: one row per mailbox, and its folders folded away below. */
import type { Counts, FolderSummary, Tally } from '../../contract/items.ts';
import type { MailboxLine, PassSummary } from '../../contract/report.ts';
import { catalogue } from '../../errors.ts';
import { found } from '../verify/tally.ts';
import { bar, missingOf } from './bar.ts';
import { foreign, html, nothing, type Html } from './html.ts';
import { countText, plural, sizeText } from './numbers.ts';

/** With more mailboxes than this, only those that are not complete show their folders. */
const mostDetails = 1_000;

/** By mailbox id. */
export type FoldersByMailbox = ReadonlyMap<string, readonly FolderSummary[]>;

/** Class in the style sheet. */
export const tone = (verdict: PassSummary['verdict']): string =>
  ({ complete: 'good', 'complete with skips': 'warn', incomplete: 'bad' })[verdict];

export const mailboxTable = ({ mailboxes, pass }: PassSummary): Html =>
  mailboxes.length === 0
    ? html`<p class="soft">None.</p>`
    : html`<div class="table">
        <table>
          <thead>
            <tr>
              <th scope="col">Mailbox</th>
              <th scope="col">Verdict</th>
              ${pass === 'preflight' ? nothing : html`<th scope="col">Where the messages went</th>`}
              ${numberHeads(['Source', ...(pass === 'preflight' ? ['Folders'] : [...outcomeHeads, 'Size'])])}
            </tr>
          </thead>
          <tbody>
            ${mailboxes.map((m) => mailboxRow(m, pass))}
          </tbody>
        </table>
      </div>`;

/** Together they come to what the source holds. */
const outcomeHeads = ['Copied', 'There before', 'Left out', 'Gone', 'Missing'];

const outcomeCells = (counts: Counts): Html[] =>
  [counts.copied, counts.present, counts.skipped + counts.quarantined, counts.gone, missingOf(counts)].map((n) =>
    numberCell(countText(n)),
  );

const numberHeads = (names: readonly string[]): Html[] =>
  names.map((name) => html`<th scope="col" class="n">${name}</th> `);
const numberCell = (text: string): Html => html`<td class="n">${text}</td> `;

function mailboxRow(m: MailboxLine, pass: PassSummary['pass']): Html {
  const { counts } = m;
  return html`<tr>
    <td>${foreign(m.emailAddress)}<br /><span class="soft">${foreign(m.targetUser)}</span></td>
    <td class="${tone(m.verdict)}">${m.verdict}${m.failure ? html`<br /><code>${m.failure.code}</code>` : nothing}</td>
    ${pass === 'preflight' ? nothing : html`<td class="b">${bar(counts, 10)}</td>`}
    ${numberCell(countText(counts.source))}
    ${
      pass === 'preflight'
        ? numberCell(countText(m.folderCount))
        : [...outcomeCells(counts), numberCell(sizeText(counts.bytes))]
    }
  </tr>`;
}

/** Nothing where no mailbox has folders to show, as after a preflight. */
export function folderDetails({ mailboxes }: PassSummary, folders: FoldersByMailbox): Html {
  const shown = mailboxes.filter((m) => mailboxes.length <= mostDetails || m.verdict !== 'complete');
  const details = shown.flatMap((m) => {
    const list = folders.get(m.mailboxId);
    return list && list.length > 0 ? [mailboxFolders(m, list)] : [];
  });
  if (details.length === 0) return nothing;
  const left = mailboxes.length - shown.length;
  return html`<h2>Folders</h2>
    ${details}
    ${
      left === 0
        ? nothing
        : html`<p class="soft">
            Of ${plural(left, 'complete mailbox', 'complete mailboxes')} the folders are not shown.
          </p>`
    }`;
}

const mailboxFolders = (m: MailboxLine, list: readonly FolderSummary[]): Html =>
  html`<details>
    <summary>${foreign(m.emailAddress)} <span class="soft">${plural(list.length, 'folder')}</span></summary>
    ${m.confidence === '' ? nothing : html`<p class="soft">${m.confidence}</p>`}
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">Source folder</th>
            <th scope="col">Target folder</th>
            ${numberHeads(['Source', ...(m.verified ? columnsOf(list).map(([name]) => name) : [...outcomeHeads, 'At the target now'])])}
          </tr>
        </thead>
        <tbody>
          ${list.map((folder) => folderRow(folder, columnsOf(list)))}
        </tbody>
      </table>
    </div>
  </details>`;

/** What was found of a folder; what no folder of the mailbox has is no column. */
const verifyColumns: readonly (readonly [string, (tally: Tally) => number])[] = [
  ['Equal', (t) => found(t, 'equal', 'repaired')],
  ['By headers only', (t) => found(t, 'rewritten')],
  ['Other content', (t) => found(t, 'other-octets', 'other-date')],
  ['Other flags', (t) => t.otherFlags],
  ['Unreadable', (t) => found(t, 'source-unreadable', 'target-unreadable')],
  ['Removed', (t) => found(t, 'removed')],
  ['Left out', (t) => found(t, 'left-out')],
  ['Gone', (t) => found(t, 'gone')],
  ['Not copied', (t) => found(t, 'not-copied')],
];
type Columns = typeof verifyColumns;

const columnsOf = (list: readonly FolderSummary[]): Columns =>
  verifyColumns.filter(([name, of]) => name === 'Equal' || list.some(({ verified }) => verified && of(verified) > 0));

function folderRow(
  { sourcePath, targetPath, counts, atTarget, gone, failure, verified }: FolderSummary,
  columns: Columns,
): Html {
  const problem = failure
    ? html`<br /><span class="bad"><code>${failure.code}</code> ${foreign(failure.message)}</span>
        <span class="soft">${catalogue[failure.code].hint}</span>`
    : gone
      ? html`<br /><span class="soft">no longer at the source; its copies stay</span>`
      : nothing;
  return html`<tr>
    <td>${foreign(sourcePath)}${problem}</td>
    <td>→ ${foreign(targetPath)}</td>
    ${numberCell(countText(counts.source))}
    ${
      verified
        ? columns.map(([, of]) => numberCell(countText(of(verified))))
        : [...outcomeCells(counts), numberCell(atTarget === null ? '–' : countText(atTarget))]
    }
  </tr>`;
}
