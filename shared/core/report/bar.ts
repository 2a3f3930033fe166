/** Where the messages went, as a stacked bar. */
import type { Counts } from '../../contract/items.ts';
import { countText } from './numbers.ts';
import { html, type Html } from './html.ts';

interface Share {
  name: string;
  count: number;
  /** Class in the style sheet. */
  kind: string;
}

/** Messages that have an outcome. */
export const spokenOf = ({ copied, present, skipped, quarantined, gone }: Counts): number =>
  copied + present + skipped + quarantined + gone;

/** Messages of the source that have no outcome yet. */
export const missingOf = (counts: Counts): number => Math.max(0, counts.source - spokenOf(counts));

/** What has an outcome, and what has none: with the latter the parts add up to what the source holds. */
export function sharesOf(counts: Counts): Share[] {
  const { copied, present, skipped, quarantined, gone } = counts;
  return [
    { name: 'copied', count: copied, kind: 'copied' },
    { name: 'was there before', count: present, kind: 'present' },
    { name: 'skipped', count: skipped, kind: 'skipped' },
    { name: 'quarantined', count: quarantined, kind: 'quarantined' },
    { name: 'gone meanwhile', count: gone, kind: 'gone' },
    { name: 'missing', count: missingOf(counts), kind: 'missing' },
  ];
}

/** A share that is not zero is at least seen, also one message missing of a million. */
const leastWidth = 0.6;

/** Percent of the bar, summing up to 100: what stands last must not be cut off. */
function widthsOf(shares: readonly Share[]): number[] {
  const total = shares.reduce((sum, { count }) => sum + count, 0);
  const widths = shares.map(({ count }) => Math.max(leastWidth, (count / total) * 100));
  const sum = widths.reduce((all, width) => all + width, 0);
  return widths.map((width) => (width / sum) * 100);
}

export function bar(counts: Counts, heightPx: number): Html {
  const shares = sharesOf(counts).filter((share) => share.count > 0);
  const widths = widthsOf(shares);
  const parts = shares.map(({ name, count, kind }, i) => {
    const x = widths.slice(0, i).reduce((sum, width) => sum + width, 0);
    return html`<rect x="${x.toFixed(2)}" y="0" width="${(widths[i] ?? 0).toFixed(2)}" height="10" class="${kind}"
      ><title>${name}: ${countText(count)}</title></rect
    >`;
  });
  const label = shares.map(({ name, count }) => `${name} ${countText(count)}`).join(', ');
  return html`<svg
    viewBox="0 0 100 10"
    preserveAspectRatio="none"
    height="${heightPx}"
    role="img"
    aria-label="${label || 'no messages'}"
  >
    <rect width="100" height="10" class="empty" />
    ${parts}
  </svg>`;
}

export function legend(counts: Counts): Html {
  const shown = sharesOf(counts).filter(({ count, kind }) => count > 0 || kind === 'copied');
  return html`<ul class="legend">
    ${shown.map(({ name, count, kind }) => html`<li><i class="${kind}"></i>${countText(count)} ${name}</li>`)}
  </ul>`;
}
