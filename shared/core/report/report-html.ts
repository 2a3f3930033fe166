/**
 * The report of a pass: one page without a script or an external resource, that can be sent to a boss, printed and
 * kept. Holds names of mailboxes and folders, never a subject.
 */
import { createHash } from 'node:crypto';
import type { ItemLine } from '../../contract/items.ts';
import type { PassSummary } from '../../contract/report.ts';
import { comparedFindings, found } from '../verify/tally.ts';
import { bar, legend, spokenOf } from './bar.ts';
import { headline } from './headline.ts';
import { html, nothing, type Html } from './html.ts';
import { leftOutMessages } from './left-out.ts';
import { nextSteps } from './next-steps.ts';
import { countText, durationText, sizeText } from './numbers.ts';
import { style } from './style.ts';
import { folderDetails, mailboxTable, tone, type FoldersByMailbox } from './tables.ts';

export type { FoldersByMailbox } from './tables.ts';

/** Nothing but our own style sheet: even a name that got through unescaped could load, send and run nothing. */
const policy: Html = {
  html: `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`,
};
const styleSheet: Html = { html: `<style>${style}</style>` };

/** `leftOut`: the first messages that were left out. */
export function reportHtml(summary: PassSummary, folders: FoldersByMailbox, leftOut: readonly ItemLine[] = []): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${summary.batch}: ${summary.pass} pass</title>
        ${styleSheet}
      </head>
      <body>
        <main>
          <p class="soft">Mailbox migration ${summary.batch} · ${summary.pass} pass</p>
          <h1 class="${tone(summary.verdict)}">${headline(summary)}</h1>
          <p class="soft">${timing(summary)}</p>
          ${figures(summary)} ${outcomes(summary)} ${nextSteps(summary)}
          <h2>Mailboxes</h2>
          ${mailboxTable(summary)} ${leftOutMessages(summary, leftOut)} ${folderDetails(summary, folders)}
          <p class="soft">
            Pass <code>${summary.passId}</code>. The same figures for programs: summary.json, report.csv, items.jsonl.
          </p>
        </main>
      </body>
    </html> `.html;
}

function timing({ startedAt, endedAt }: PassSummary): string {
  const took = startedAt === null ? '' : `, took ${durationText(Date.parse(endedAt) - Date.parse(startedAt))}`;
  return `Ended ${endedAt.slice(0, 16).replace('T', ' ')} UTC${took}`;
}

function figures({ totals, mailboxes, pass }: PassSummary): Html {
  const first: [string, string][] = [
    [countText(totals.mailboxes), totals.mailboxes === 1 ? 'mailbox' : 'mailboxes'],
    [countText(totals.incomplete), pass === 'preflight' ? 'cannot be migrated yet' : 'not complete'],
    [countText(totals.counts.source), 'messages at the source'],
  ];
  const rest: [string, string][] =
    pass === 'preflight'
      ? [[countText(mailboxes.reduce((sum, m) => sum + m.folderCount, 0)), 'folders']]
      : pass === 'verify'
        ? verifyFigures(totals)
        : [
            [countText(totals.copiedNow), 'copied in this pass'],
            [sizeText(totals.counts.bytes), 'copied in all'],
            [countText(totals.surplus), totals.surplus === 1 ? 'surplus copy' : 'surplus copies'],
          ];
  return html`<ul class="figures">
    ${[...first, ...rest].map(([value, name]) => html`<li><b>${value}</b> ${name}</li>`)}
  </ul>`;
}

function verifyFigures({ verified }: PassSummary['totals']): [string, string][] {
  if (!verified) return [];
  const rewritten = found(verified, 'rewritten');
  const byHeaders: [string, string][] = rewritten === 0 ? [] : [[countText(rewritten), 'equal by headers only']];
  return [
    [countText(found(verified, ...comparedFindings)), 'read again on both sides'],
    [countText(found(verified, 'equal', 'repaired')), 'found equal'],
    ...byHeaders,
    [sizeText(verified.readBytes), 'read'],
  ];
}

/** A preflight copies nothing, so what is not at the target yet is not missing. */
const outcomes = (summary: PassSummary): Html =>
  summary.pass === 'preflight'
    ? nothing
    : html`${bar(summary.totals.counts, 28)} ${legend(summary.totals.counts)} ${sumLine(summary)}
        <p>${summary.totals.confidence}</p>`;

function sumLine({ totals: { counts } }: PassSummary): Html {
  const { source, copied, present, skipped, quarantined, gone } = counts;
  const sum = spokenOf(counts);
  const parts = `${countText(copied)} copied + ${countText(present)} there before + ${countText(skipped)} skipped + ${countText(quarantined)} quarantined + ${countText(gone)} gone meanwhile = ${countText(sum)}`;
  return html`<p class="${sum === source ? 'good' : 'bad'}">
    ${sum === source ? '✓' : '✗'} ${parts}; the source holds ${countText(source)}.
  </p>`;
}
