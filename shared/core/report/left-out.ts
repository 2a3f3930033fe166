/** Messages that were left out, or that a preflight expects to be: by folder, date and size. */
import type { ItemLine } from '../../contract/items.ts';
import type { PassSummary } from '../../contract/report.ts';
import { foreign, html, nothing, type Html } from './html.ts';
import { countText, sizeText } from './numbers.ts';

/** A page that can be opened; items.jsonl has all of them. */
export const mostShown = 500;

export function leftOutMessages({ pass, mailboxes }: PassSummary, items: readonly ItemLine[]): Html {
  if (items.length === 0) return nothing;
  const all = mailboxes.reduce((sum, m) => sum + leftOutOf(m, pass), 0);
  return html`<h2>${pass === 'preflight' ? 'Messages that would be left out' : 'Messages left out'}</h2>
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">Mailbox</th>
            <th scope="col">Folder</th>
            <th scope="col">Date</th>
            <th scope="col" class="n">Size</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          ${items.map(itemRow)}
        </tbody>
      </table>
    </div>
    ${
      all > items.length
        ? html`<p class="soft">${countText(items.length)} of ${countText(all)}: items.jsonl names all.</p>`
        : nothing
    }`;
}

const leftOutOf = ({ counts, overLimit }: PassSummary['mailboxes'][number], pass: PassSummary['pass']): number =>
  pass === 'preflight' ? (overLimit?.messages ?? 0) : counts.skipped + counts.quarantined;

const itemRow = ({ mailbox, folder, uid, internalDate, sizeBytes, code }: ItemLine): Html =>
  html`<tr>
    <td>${foreign(mailbox)}</td>
    <td>${foreign(folder)} <span class="soft">UID ${String(uid)}</span></td>
    <td>${foreign(internalDate)}</td>
    <td class="n">${sizeText(sizeBytes)}</td>
    <td>${code === null ? nothing : html`<code>${code}</code>`}</td>
  </tr>`;
