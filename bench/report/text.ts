/** Numbers for people. */

/** Three digits that matter: 2,237, 66.1, 4.03. */
export function numberText(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(value >= 10 ? 1 : 2);
}

export const dash = '-';

export const orDash = (value: number | null | undefined): string =>
  value === null || value === undefined ? dash : numberText(value);

export const ratioText = (value: number | null): string => (value === null ? dash : `${numberText(value)}x`);

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
