/** Bars on a logarithmic scale, as an SVG of its own: no library, no script, readable at half its size. */
import type { Bar, Panel } from './chart.ts';

const width = 920;
const left = 190;
const right = 90;
const barHeight = 15;
const barGap = 4;
const groupGap = 16;
const panelHead = 44;
const panelFoot = 34;
const top = 64;
const footer = 34;

const colors = {
  ours: '#0b6e99',
  others: '#b4bcc4',
  mark: '#d1495b',
  text: '#1f2933',
  faint: '#667380',
  grid: '#e3e7eb',
};

export function resultsSvg(title: string, panels: readonly Panel[]): string {
  let y = top;
  const drawn = panels.map((panel) => {
    const part = drawPanel(panel, y);
    y += heightOf(panel);
    return part;
  });
  const height = y + footer;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text({ x: 24, y: 34, size: 19, bold: true }, title),
    ...drawn,
    legend(height - 14),
    '</svg>',
    '',
  ].join('\n');
}

const groupHeight = ({ bars }: Panel['groups'][number]): number => bars.length * (barHeight + barGap) + groupGap;

const bodyHeight = ({ groups }: Panel): number => groups.reduce((sum, group) => sum + groupHeight(group), 0);

const heightOf = (panel: Panel): number => panelHead + bodyHeight(panel) + panelFoot;

export interface Scale {
  /** Powers of ten. */
  ticks: number[];
  at: (value: number) => number;
}

/** Whole decades around all values. */
export function logScale(values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive, 1)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive, 1))));
  const ticks = Array.from({ length: high - low + 1 }, (_, n) => 10 ** (low + n));
  const share = (value: number): number => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low);
  return { ticks, at: (value) => round(from + share(value) * (to - from)) };
}

function drawPanel(panel: Panel, y: number): string {
  const bars = panel.groups.flatMap((group) => group.bars);
  const scale = logScale(
    bars.flatMap(({ value, mark }) => [value, ...(mark === null ? [] : [mark])]),
    left,
    width - right,
  );
  const bodyTop = y + panelHead;
  let groupTop = bodyTop;
  const groups = panel.groups.map((group) => {
    const part = drawGroup(group, groupTop, scale);
    groupTop += groupHeight(group);
    return part;
  });
  return [
    text({ x: 24, y: y + 18, size: 14, bold: true }, panel.title),
    text({ x: 24, y: y + 34, color: colors.faint }, `${panel.unit}, logarithmic`),
    grid(scale, bodyTop - 4, groupTop - groupGap + 4),
    ...groups,
  ].join('\n');
}

function grid({ ticks, at }: Scale, from: number, to: number): string {
  const lines = ticks.map((tick) => `<path d="M${at(tick)} ${from}V${to}" stroke="${colors.grid}"/>`);
  const labels = ticks.map((tick) =>
    text({ x: at(tick), y: to + 14, anchor: 'middle', color: colors.faint, size: 11 }, tick.toLocaleString('en-US')),
  );
  return [...lines, ...labels].join('\n');
}

function drawGroup({ title, bars }: Panel['groups'][number], y: number, scale: Scale): string {
  const middle = y + (bars.length * (barHeight + barGap)) / 2;
  return [
    text({ x: 24, y: middle + 2, bold: true }, title),
    ...bars.map((bar, n) => drawBar(bar, y + n * (barHeight + barGap), scale)),
  ].join('\n');
}

function drawBar({ label, value, valueText, isOurs, mark }: Bar, y: number, { at }: Scale): string {
  const baseline = y + barHeight - 3;
  const end = at(value);
  const markAt = mark === null ? null : at(mark);
  // A mark just behind the bar would run through its figure.
  const textAt = Math.max(end, markAt !== null && markAt < end + 70 ? markAt : 0) + 6;
  return [
    text({ x: left - 8, y: baseline, anchor: 'end', bold: isOurs }, label),
    `<rect x="${left}" y="${y}" width="${Math.max(1, round(end - left))}" height="${barHeight}" fill="${isOurs ? colors.ours : colors.others}"/>`,
    ...(markAt === null
      ? []
      : [`<path d="M${markAt} ${y - 2}v${barHeight + 4}" stroke="${colors.mark}" stroke-width="3"/>`]),
    text({ x: textAt, y: baseline, bold: isOurs }, valueText),
  ].join('\n');
}

function legend(y: number): string {
  return [
    `<path d="M28 ${y - 11}v14" stroke="${colors.mark}" stroke-width="3"/>`,
    text(
      { x: 38, y, color: colors.faint, size: 11 },
      'APPEND from memory on as many connections: what the target can take. e: extrapolated from a sample.',
    ),
  ].join('\n');
}

interface TextStyle {
  x: number;
  y: number;
  size?: number;
  bold?: boolean;
  anchor?: 'start' | 'middle' | 'end';
  color?: string;
}

function text({ x, y, size, bold, anchor, color }: TextStyle, content: string): string {
  const attributes = [
    `x="${round(x)}" y="${round(y)}" fill="${color ?? colors.text}"`,
    ...(size === undefined ? [] : [`font-size="${size}"`]),
    ...(bold === true ? ['font-weight="bold"'] : []),
    ...(anchor === undefined ? [] : [`text-anchor="${anchor}"`]),
  ];
  return `<text ${attributes.join(' ')}>${escaped(content)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const escaped = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
