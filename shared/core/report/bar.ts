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

/** What has an outcome, and what has none: with the latter the parts add up to what the source holds. */
export function sharesOf(counts: Counts): Share[] {
  const { copied, present, skipped, quarantined, gone, source } = counts;
  const spokenOf = copied + present + skipped + quarantined + gone;
  return [
    { name: 'copied', count: copied, kind: 'copied' },
    { name: 'was there before', count: present, kind: 'present' },
    { name: 'skipped', count: skipped, kind: 'skipped' },
    { name: 'quarantined', count: quarantined, kind: 'quarantined' },
    { name: 'gone meanwhile', count: gone, kind: 'gone' },
    { name: 'missing', count: Math.max(0, source - spokenOf), kind: 'missing' },
  ];
}

/** A share that is not zero is at least seen. */
const leastWidth = 0.6;

export function bar(counts: Counts, heightPx: number): Html {
  const shares = sharesOf(counts).filter((share) => share.count > 0);
  const total = shares.reduce((sum, share) => sum + share.count, 0);
  let x = 0;
  const parts = shares.map(({ name, count, kind }) => {
    const width = Math.max(leastWidth, (count / total) * 100);
    const part = html`<rect x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="10" class="${kind}"
      ><title>${name}: ${countText(count)}</title></rect
    >`;
    x += width;
    return part;
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
