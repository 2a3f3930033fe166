/**
 * The report of a pass: one page without a script or an external resource, that can be sent to a boss, printed and
 * kept. Holds names of mailboxes and folders, never a subject.
 */
import type { FolderSummary } from '../../contract/items.ts';
import type { MailboxLine, PassSummary } from '../../contract/report.ts';
import { bar, legend } from './bar.ts';
import { html, foreign, nothing, type Html } from './html.ts';
import { countText, durationText, plural, sizeText } from './numbers.ts';
import { style } from './style.ts';

/** With more mailboxes than this, only those that are not complete show their folders. */
const mostDetails = 1_000;

export type FoldersByMailbox = ReadonlyMap<string, readonly FolderSummary[]>;

export function reportHtml(summary: PassSummary, folders: FoldersByMailbox): string {
  const { counts } = summary.totals;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${summary.batch}: ${summary.pass} pass</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      <body>
        <main>
          <p class="soft">Mailbox migration ${summary.batch} · ${summary.pass} pass</p>
          <h1 class="${tone(summary.verdict)}">${headline(summary)}</h1>
          <p class="soft">${timing(summary)}</p>
          ${figures(summary)} ${bar(counts, 28)} ${legend(counts)} ${sumLine(summary)} ${todo(summary)}
          <h2>Mailboxes</h2>
          ${mailboxTable(summary.mailboxes)}
          <h2>Folders</h2>
          ${folderDetails(summary, folders)}
          <p class="soft">
            Pass <code>${summary.passId}</code>. The same figures for programs: summary.json, report.csv, items.jsonl.
          </p>
        </main>
      </body>
    </html> `.html;
}

type Verdict = PassSummary['verdict'];

const tone = (verdict: Verdict): string =>
  ({ complete: 'good', 'complete with skips': 'warn', incomplete: 'bad' })[verdict];

function headline({ verdict, totals, failure, rejected, pass }: PassSummary): string {
  if (failure) return 'The pass could not be carried out.';
  const all = plural(totals.mailboxes, 'mailbox', 'mailboxes');
  if (totals.incomplete > 0)
    return `${countText(totals.incomplete)} of ${all} ${totals.incomplete === 1 ? 'is' : 'are'} not complete yet.`;
  if (rejected > 0) return `${plural(rejected, 'row')} of the CSV could not be used; the others are complete.`;
  if (pass === 'preflight') return `${all} can be migrated.`;
  if (verdict === 'complete with skips')
    return `Every message of ${all} is accounted for; a few could not be delivered.`;
  return `Every message of ${all} has arrived.`;
}

function timing({ startedAt, endedAt }: PassSummary): string {
  const took = startedAt === null ? '' : `, took ${durationText(Date.parse(endedAt) - Date.parse(startedAt))}`;
  return `Ended ${endedAt.slice(0, 16).replace('T', ' ')} UTC${took}`;
}

function figures({ totals }: PassSummary): Html {
  const list: [string, string][] = [
    [countText(totals.mailboxes), totals.mailboxes === 1 ? 'mailbox' : 'mailboxes'],
    [countText(totals.counts.source), 'messages at the source'],
    [countText(totals.copiedNow), 'copied in this pass'],
    [sizeText(totals.counts.bytes), 'copied in all'],
    [countText(totals.surplus), 'surplus copies'],
  ];
  return html`<ul class="figures">
    ${list.map(([value, name]) => html`<li><b>${value}</b>${name}</li>`)}
  </ul>`;
}

function sumLine({ totals, pass }: PassSummary): Html {
  if (pass === 'preflight') return nothing;
  const { source, copied, present, skipped, quarantined, gone } = totals.counts;
  const sum = copied + present + skipped + quarantined + gone;
  const parts = `${countText(copied)} copied + ${countText(present)} there before + ${countText(skipped)} skipped + ${countText(quarantined)} quarantined + ${countText(gone)} gone meanwhile = ${countText(sum)}`;
  return html`<p class="${sum === source ? 'good' : 'bad'}">
    ${sum === source ? '✓' : '✗'} ${parts}; the source holds ${countText(source)}.
  </p>`;
}

function todo({ failure, mailboxes, rejected }: PassSummary): Html {
  const failed = mailboxes.filter((m) => m.failure);
  const doubts = mailboxes.reduce((sum, m) => sum + m.openDoubts, 0);
  const items = [
    ...(failure
      ? [
          html`<div class="todo">
            <b>${failure.code}</b> ${foreign(failure.message)}
            <p>${failure.hint}</p>
          </div>`,
        ]
      : []),
    ...(rejected > 0
      ? [
          html`<div class="todo">
            ${plural(rejected, 'row')} of the CSV: see rejected.csv for line and reason, correct them and upload them
            again.
          </div>`,
        ]
      : []),
    ...failed.map(mailboxFailure),
    ...(doubts > 0
      ? [html`<p>${plural(doubts, 'message')} might still arrive a second time; the next pass looks again.</p>`]
      : []),
  ];
  return items.length === 0
    ? nothing
    : html`<h2>What to do next</h2>
        ${items}`;
}

const mailboxFailure = ({ emailAddress, origin, failure }: MailboxLine): Html =>
  failure
    ? html`<div class="todo">
        <b>${foreign(emailAddress)}</b> <span class="soft">${foreign(origin)}</span>
        <code>${failure.code}</code> ${foreign(failure.message)}
        <p>${failure.hint}</p>
      </div>`
    : nothing;

function mailboxTable(mailboxes: readonly MailboxLine[]): Html {
  if (mailboxes.length === 0) return html`<p class="soft">None.</p>`;
  return html`<div class="table">
    <table>
      <thead>
        <tr>
          <th>Mailbox</th>
          <th>Verdict</th>
          <th></th>
          <th class="n">Source</th>
          <th class="n">Copied</th>
          <th class="n">There before</th>
          <th class="n">Left out</th>
          <th class="n">Size</th>
        </tr>
      </thead>
      <tbody>
        ${mailboxes.map(mailboxRow)}
      </tbody>
    </table>
  </div>`;
}

function mailboxRow(m: MailboxLine): Html {
  const leftOut = m.counts.skipped + m.counts.quarantined;
  return html`<tr>
    <td>${foreign(m.emailAddress)}<br /><span class="soft">${foreign(m.targetUser)}</span></td>
    <td class="${tone(m.verdict)}">${m.verdict}</td>
    <td class="b">${bar(m.counts, 10)}</td>
    <td class="n">${countText(m.counts.source)}</td>
    <td class="n">${countText(m.counts.copied)}</td>
    <td class="n">${countText(m.counts.present)}</td>
    <td class="n">${countText(leftOut)}</td>
    <td class="n">${sizeText(m.counts.bytes)}</td>
  </tr>`;
}

function folderDetails({ mailboxes }: PassSummary, folders: FoldersByMailbox): Html {
  const shown = mailboxes.filter((m) => mailboxes.length <= mostDetails || m.verdict !== 'complete');
  const details = shown.flatMap((m) => {
    const list = folders.get(m.mailboxId);
    return list && list.length > 0 ? [mailboxFolders(m, list)] : [];
  });
  return details.length === 0 ? html`<p class="soft">None to show.</p>` : html`${details}`;
}

const mailboxFolders = (m: MailboxLine, list: readonly FolderSummary[]): Html =>
  html`<details>
    <summary>${foreign(m.emailAddress)} <span class="soft">${plural(list.length, 'folder')}</span></summary>
    <div class="table">
      <table>
        <thead>
          <tr>
            <th>Source folder</th>
            <th>Target folder</th>
            <th class="n">Source</th>
            <th class="n">Copied</th>
            <th class="n">There before</th>
            <th class="n">Left out</th>
            <th class="n">At the target now</th>
          </tr>
        </thead>
        <tbody>
          ${list.map(folderRow)}
        </tbody>
      </table>
    </div>
  </details>`;

function folderRow({ sourcePath, targetPath, counts, atTarget, failure }: FolderSummary): Html {
  const problem = failure
    ? html`<br /><span class="bad"><code>${failure.code}</code> ${foreign(failure.message)}</span>`
    : nothing;
  return html`<tr>
    <td>${foreign(sourcePath)}${problem}</td>
    <td>${foreign(targetPath)}</td>
    <td class="n">${countText(counts.source)}</td>
    <td class="n">${countText(counts.copied)}</td>
    <td class="n">${countText(counts.present)}</td>
    <td class="n">${countText(counts.skipped + counts.quarantined)}</td>
    <td class="n">${atTarget === null ? '–' : countText(atTarget)}</td>
  </tr>`;
}
