/** What the bench makes of its measurements. */
import { describe, expect, test } from '@jest/globals';
import { extrapolatedSeconds } from '../../bench/report/extrapolate.ts';
import * as figures from '../../bench/report/figures.ts';
import { evaluateGoals } from '../../bench/report/goals.ts';
import { panelsOf } from '../../bench/report/chart.ts';
import { resultsPage } from '../../bench/report/markdown.ts';
import { withSpeedSection } from '../../bench/report/readme.ts';
import { literalFault, Results } from '../../bench/report/rows.ts';
import { logScale, resultsSvg } from '../../bench/report/svg.ts';
import { markdownTable, numberText } from '../../bench/report/text.ts';
import { copyRow, limitRow, quietRow, results, traffic } from './samples.ts';

describe('extrapolation', () => {
  test.each([
    ['start and survey count once', { seconds: 22, quietSeconds: 2, messages: 100 }, 10_000, 2_002],
    ['without a second run it is the plain rate', { seconds: 20, quietSeconds: null, messages: 100 }, 10_000, 2_000],
    ['a whole corpus is what was measured', { seconds: 20, quietSeconds: 2, messages: 100 }, 100, 20],
    [
      'a second run that took longer never makes the rest negative',
      { seconds: 5, quietSeconds: 9, messages: 10 },
      20,
      5,
    ],
  ])('%s', (_rule, sample, corpusMessages, seconds) => {
    expect(extrapolatedSeconds(sample, corpusMessages)).toBeCloseTo(seconds);
  });
});

describe('figures', () => {
  test('of a sample are for the whole corpus, and marked', () => {
    const row = copyRow({ tool: 'naive', copied: 100, copySeconds: 22, quiet: [quietRow({ copySeconds: 2 })] });
    expect(figures.copyFigure(row)).toMatchObject({ seconds: 2_002, extrapolated: true });
  });

  test('a copy that is not right has none, and no ratio', () => {
    const wrong = copyRow({ wrong: 'INBOX: 1 missing, 0 that should not be there' });
    expect(figures.copyFigure(wrong)).toBeNull();
    expect(figures.timesAsFast(copyRow({}), wrong)).toBeNull();
  });

  test('a ratio compares rates, so corpora of different size may be compared', () => {
    const small = copyRow({ corpus: { kind: 'S', count: 1_000 }, copied: 1_000, copySeconds: 10 });
    expect(figures.timesAsFast(small, copyRow({ copySeconds: 200 }))).toBeCloseTo(2);
  });

  test('the raw limit is that of the same connections', () => {
    const limits = [limitRow({ connections: 4, appendSeconds: 4 }), limitRow({ connections: 16, appendSeconds: 2 })];
    const measured = results({ limits });
    expect(figures.distanceToLimit(measured, copyRow({ connections: 16, copySeconds: 5 }))).toBeCloseTo(2.5);
  });

  test('IMAP time is that of both sides together', () => {
    const mail = { source: traffic({ firstMs: 100, lastMs: 900 }), target: traffic({ firstMs: 50, lastMs: 700 }) };
    expect(figures.mailSeconds(mail)).toBeCloseTo(0.85);
  });

  test('the plain loop stands in for imapsync only where imapsync has no figure', () => {
    expect(figures.yardstick(results({}))).toBe('naive');
    expect(figures.yardstick(results({ copies: [copyRow({ tool: 'imapsync' })] }))).toBe('imapsync');
  });
});

describe('what a target did not offer must not have been used', () => {
  const commands = traffic({}).commands;
  test.each([
    ['synchronizing', { early: 1 }, 'sent without waiting'],
    ['synchronizing', { unwaited: 3 }, 'did not offer'],
    ['literal+', { unwaited: 3 }, null],
    ['everything', { early: 1 }, 'sent without waiting'],
  ] as const)('%s with %j: %s', (variant, sent, fault) => {
    const found = literalFault(variant, traffic({ commands: { ...commands, ...sent } }));
    expect(found === null ? null : found.includes(fault ?? '?')).toBe(fault === null ? null : true);
  });
});

describe('goals', () => {
  const goal = (work: string, from: Results) => evaluateGoals(from).filter((g) => g.work.startsWith(work));

  test('are reached from the very figure on', () => {
    const copies = [
      copyRow({ copySeconds: 4 }),
      copyRow({ tool: 'naive', copySeconds: 1_000 }),
      copyRow({ tool: 'mbsync', copySeconds: 7.9 }),
    ];
    const rows = goal('S, 80 ms, MULTIAPPEND', results({ copies }));
    expect(rows.map(({ reached, figure }) => ({ reached, figure }))).toEqual([
      { reached: true, figure: '250 x' },
      { reached: false, figure: '1.98 x' },
    ]);
  });

  test('what was not measured is neither reached nor missed', () => {
    expect(evaluateGoals(results({})).every(({ reached, figure }) => reached === null && figure === null)).toBe(true);
  });

  test('a quiet pass is judged by its commands on each side', () => {
    const mail = { source: traffic({ total: 6, lastMs: 700 }), target: traffic({ total: 7, lastMs: 700 }) };
    const copies = [copyRow({ corpus: { kind: 'M', count: 5_000 }, copied: 5_000, quiet: [quietRow({ mail })] })];
    expect(goal('quiet pass', results({ copies })).map(({ reached }) => reached)).toEqual([true, false]);
  });
});

describe('results.md and results.svg', () => {
  const measured = results({
    missing: ['imapsync'],
    copies: [copyRow({ copySeconds: 4 }), copyRow({ tool: 'mbsync', copySeconds: 8, wrong: null })],
    limits: [limitRow({})],
  });

  test('a tool that is not here is a dash, said by name', () => {
    const page = resultsPage(measured);
    expect(page).toContain('**imapsync**');
    expect(page).toContain('Not on this machine');
    expect(page).toMatch(/\| 80 ms \| imapsync \| - \|/);
    expect(page).toContain('over the plain imapflow loop instead');
  });

  test('are the same for the same results', () => {
    expect(resultsPage(measured)).toBe(resultsPage(Results.parse(JSON.parse(JSON.stringify(measured)))));
    expect(resultsSvg('t', panelsOf(measured))).toMatchSnapshot();
  });

  test('the scale is logarithmic: each decade is as wide as the next', () => {
    const scale = logScale([3, 2_000], 100, 500);
    expect(scale.ticks).toEqual([1, 10, 100, 1_000, 10_000]);
    expect([1, 10, 100].map(scale.at)).toEqual([100, 200, 300]);
  });

  test('titles are escaped', () => {
    expect(resultsSvg('a < b & c', [])).toContain('<title>a &lt; b &amp; c</title>');
  });
});

describe('the section Speed of the README', () => {
  const measured = results({
    copies: [
      copyRow({ copySeconds: 5 }),
      copyRow({ tool: 'naive', copied: 100, copySeconds: 20 }),
      copyRow({ tool: 'mbsync', copySeconds: 20, othersShare: 0.5 }),
    ],
    limits: [limitRow({ appendSeconds: 4 })],
  });

  test('comes before the last section, and is replaced by the next run', () => {
    const first = withSpeedSection('# A\n\n## B\n\nb\n\n## C\n\nc\n', measured);
    expect(first.match(/^## .*/gm)).toEqual(['## B', '## Speed', '## C']);
    expect(withSpeedSection(first, measured)).toBe(first);
    expect(withSpeedSection(first, results({ copies: [copyRow({ copySeconds: 2 })] }))).not.toContain('2,000');
  });

  test('tells rates, their limit, and how they were found', () => {
    const section = withSpeedSection('# A\n\n## C\n', measured);
    expect(section).toContain('| **2,000** | 2,500 | 500 ~ | 5.00 e |');
    expect(section).toContain('e: extrapolated');
    expect(section).toContain('~: the machine had other work');
  });
});

describe('text', () => {
  test.each([
    [2236.8, '2,237'],
    [66.14, '66.1'],
    [4.031, '4.03'],
  ])('%d is %s', (value, text) => expect(numberText(value)).toBe(text));

  test('a table has a rule under its head', () => {
    expect(markdownTable(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });
});
