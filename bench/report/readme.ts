/** The README's section on speed, written anew by every whole run, so that it never tells older figures. */
import { titles } from '../corpus/corpora.ts';
import type { ToolName } from '../tools/tool.ts';
import { copyFigure, findCopy, findLimit, yardstick } from './figures.ts';
import { disturbedShare, type CopyRow, type Results } from './rows.ts';
import { dash, markdownTable, numberText } from './text.ts';

const heading = '## Speed\n';

/** `page` with its section replaced; where it has none, before its last one. */
export function withSpeedSection(page: string, results: Results): string {
  const section = `${heading}\n${speedSection(results)}\n\n`;
  const from = page.indexOf(heading);
  if (from < 0) {
    const last = page.lastIndexOf('\n## ') + 1;
    return `${page.slice(0, last)}${section}${page.slice(last)}`;
  }
  const to = page.indexOf('\n## ', from);
  return `${page.slice(0, from)}${section}${to < 0 ? '' : page.slice(to + 1)}`;
}

function speedSection(results: Results): string {
  const slowestMs = Math.max(...results.copies.map(({ roundTripMs }) => roundTripMs));
  const usual = yardstick(results);
  const others: readonly ToolName[] = ['mbsync', usual];
  const kinds = [...new Set(results.copies.map(({ corpus }) => corpus.kind))].filter((kind) => kind !== 'L');
  const head = [`messages/s, ${slowestMs} ms`, 'mailferry', 'the target takes', 'mbsync'];
  const rows = kinds.map((kind) => {
    const place = { kind, roundTripMs: slowestMs, variant: 'everything' } as const;
    const own = findCopy(results, 'mailferry', place);
    const limit = own && findLimit(results, own);
    const count = own?.corpus.count ?? 0;
    return [
      `${count.toLocaleString('en-US')}, ${titles[kind]}`,
      `**${rate(own)}**`,
      limit ? numberText(count / limit.appendSeconds) : dash,
      ...others.map((name) => rate(findCopy(results, name, place))),
    ];
  });
  const table = markdownTable([...head, usual === 'naive' ? 'plain imapflow loop' : usual], rows);
  return `${intro(results)}\n\n${table}`;
}

function intro({ copies }: Results): string {
  const marks = [
    copies.some((row) => copyFigure(row)?.extrapolated === true) ? ' e: extrapolated from a sample.' : '',
    copies.some((row) => row.othersShare > disturbedShare) ? ' ~: the machine had other work meanwhile.' : '',
  ];
  return `Dovecot to Dovecot through a delay proxy, \`mailferry run\` from the start of the pass to its end, every copy compared with its source; \`npm run bench\` measures it anew. [All figures, the plot and how to read them](bench/results/results.md).${marks.join('')}`;
}

function rate(row: CopyRow | undefined): string {
  const figure = row && copyFigure(row);
  if (!figure) return dash;
  const marks = `${figure.extrapolated ? ' e' : ''}${row.othersShare > disturbedShare ? ' ~' : ''}`;
  return `${numberText(figure.messagesPerSecond)}${marks}`;
}
