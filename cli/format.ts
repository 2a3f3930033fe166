/** Numbers as people read them. */
const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export const countText = (n: number): string => n.toLocaleString('en-US');

export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function barText(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What people see as characters: an emoji with its modifiers is one. */
export const graphemes = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

/** Folder names and addresses may hold control codes, which a terminal would obey; of one line. */
export const printable = (text: string): string => text.replace(/\p{C}/gu, '?');

/** Columns of a terminal: names may hold wide or combining characters. */
export function cellText(text: string, width: number): string {
  const clean = graphemes(printable(text));
  const cut = clean.length > width ? [...clean.slice(0, width - 1), '…'] : clean;
  return cut.join('') + ' '.repeat(width - cut.length);
}
