/** What people have to do after a pass, and what they should know although nothing is to be done. */
import type { MailboxLine, PassSummary } from '../../contract/report.ts';
import { foreign, html, nothing, type Html } from './html.ts';
import { plural } from './numbers.ts';

export function nextSteps(summary: PassSummary): Html {
  const items = [...passFailure(summary), ...rejectedRows(summary), ...summary.mailboxes.flatMap(mailboxFailure)];
  const notes = notesOf(summary).map((note) => html`<li>${note}</li>`);
  return html`<h2>What to do next</h2>
    ${items.length === 0 ? html`<p>${nothingToDo(summary)}</p>` : items}
    ${
      notes.length === 0
        ? nothing
        : html`<h2>Good to know</h2>
            <ul>
              ${notes}
            </ul>`
    }`;
}

function nothingToDo({ pass, verdict, supersededBy }: PassSummary): string {
  if (supersededBy !== null) return supersededText(supersededBy);
  if (verdict === 'incomplete') return 'Run the pass again; it goes on where this one ended.';
  if (pass === 'preflight') return 'Start the initial pass.';
  if (pass === 'final') return 'Nothing.';
  return 'Nothing. New mail at the source is copied by the next pass; end with a final pass once mail is delivered to the target.';
}

export const supersededText = (by: string): string =>
  `Nothing, if the newer CSV has all rows: its pass is ${by}. Rows that only this one had were not read; upload them again.`;

const passFailure = ({ failure }: PassSummary): Html[] =>
  failure === null
    ? []
    : [
        html`<div class="todo">
          <code>${failure.code}</code> ${foreign(failure.message)}
          <p>${failure.hint}</p>
        </div>`,
      ];

const rejectedRows = ({ rejected }: PassSummary): Html[] =>
  rejected === 0
    ? []
    : [
        html`<div class="todo">
          <b>${plural(rejected, 'row')} of the CSV could not be used.</b>
          <p>See rejected.csv for line and reason, correct them and upload the CSV again.</p>
        </div>`,
      ];

const mailboxFailure = ({ emailAddress, origin, failure }: MailboxLine): Html[] =>
  failure === null
    ? []
    : [
        html`<div class="todo">
          <b>${foreign(emailAddress)}</b> <span class="soft">${foreign(origin)}</span>
          <code>${failure.code}</code> ${foreign(failure.message)}
          <p>${failure.hint}</p>
        </div>`,
      ];

function notesOf({ mailboxes, totals, pass }: PassSummary): string[] {
  const sum = (of: (m: MailboxLine) => number): number => mailboxes.reduce((all, m) => all + of(m), 0);
  const notes: [count: number, one: string, many: string, text: string][] = [
    [
      sum((m) => m.overLimit?.messages ?? 0),
      'message',
      'messages',
      pass === 'preflight'
        ? 'over a limit would be left out; raise limits.messageBytes or limits.itemsPerMailbox first to have them copied.'
        : 'over a limit; once it is raised, the next pass copies them.',
    ],
    [
      totals.counts.skipped + totals.counts.quarantined,
      'message',
      'messages',
      'could not be delivered: items.jsonl names each with its reason.',
    ],
    [
      sum((m) => m.repaired),
      'message',
      'messages',
      'repaired so that the target takes it: items.jsonl names each with its repair.',
    ],
    [
      sum((m) => m.pendingFlags),
      'message',
      'messages',
      'without flags that the target refused; the next pass tries to set them.',
    ],
    [sum((m) => m.openDoubts), 'message', 'messages', 'might still arrive a second time; the next pass looks again.'],
    [totals.surplus, 'surplus copy', 'surplus copies', 'found at the target; mailferry deletes nothing there.'],
    [
      sum((m) => m.removedAtTarget),
      'message',
      'messages',
      'moved or deleted at the target after delivery, and left that way.',
    ],
    [
      sum((m) => m.byHeaders),
      'message',
      'messages',
      'recognised at the target by headers, not by octets: something rewrote the copies there.',
    ],
    [
      totals.verified?.otherFlags ?? 0,
      'message',
      'messages',
      'with other flags at the target than at the source: changed there, or brought by the next incremental pass.',
    ],
    [sum((m) => m.otherDates), 'message', 'messages', 'to which the target gave another date: items.jsonl names each.'],
    [sum((m) => m.droppedKeywords), 'keyword', 'keywords', 'left out because the target cannot keep it.'],
  ];
  return notes.filter(([count]) => count > 0).map(([count, one, many, text]) => `${plural(count, one, many)} ${text}`);
}
