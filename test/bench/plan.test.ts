/** What a run of the bench will do, and what it is asked for. */
import { describe, expect, test } from '@jest/globals';
import { parseBenchOptions, type BenchOptions } from '../../bench/options.ts';
import { planCells, planEmpty, planLimits } from '../../bench/plan.ts';
import { tools } from '../../bench/tools/tools.ts';

function options(...argv: string[]): BenchOptions {
  const parsed = parseBenchOptions(argv, '/results');
  if (parsed === null) throw new Error('only the help was asked for');
  return parsed;
}

describe('options', () => {
  test('a whole run by default', () => {
    expect(options()).toMatchObject({
      kinds: ['S', 'M', 'L'],
      roundTripsMs: [0, 20, 80],
      connections: 4,
      extras: true,
    });
  });

  test('--quick measures little and leaves the committed results alone', () => {
    const quick = { kinds: ['S', 'M'], roundTripsMs: [80], extras: false, outDir: '/results/quick' };
    expect(options('--quick')).toMatchObject(quick);
  });

  test('what is asked for explicitly wins', () => {
    const asked = options('--quick', '--only', 's', '--rtt', '0,80', '--tools', 'mailferry', '--extras');
    expect(asked).toMatchObject({ kinds: ['S'], roundTripsMs: [0, 80], tools: ['mailferry'], extras: true });
  });

  test.each([
    ['--only', 'Q', '"Q" is none of S, M, L'],
    ['--rtt', '-1', '--rtt'],
    ['--connections', '0', '--connections: "0" is no number from 1 on'],
    ['--tools', 'fetchmail', '"fetchmail" is none of'],
  ])('%s %s is refused', (name, value, message) => {
    expect(() => options(`${name}=${value}`)).toThrow(message);
  });
});

describe('plan', () => {
  test('a tool that waits for each message copies a sample when a round trip takes time, all of it otherwise', () => {
    const cells = planCells(options('--only', 'S', '--rtt', '0,80', '--tools', 'naive,mbsync', '--no-extras'), tools);
    expect(cells.map(({ tool, roundTripMs, copied }) => [tool, roundTripMs, copied.count])).toEqual([
      ['naive', 0, 10_000],
      ['mbsync', 0, 10_000],
      ['naive', 80, 200],
      ['mbsync', 80, 10_000],
    ]);
  });

  test('its quiet run over the whole corpus follows its copy at 0 ms', () => {
    const [naive] = planCells(options('--only', 'M', '--tools', 'naive', '--no-extras'), tools);
    expect(naive?.quietRoundTripsMs).toEqual([0, 20, 80]);
  });

  test('a tool without a second run gets none', () => {
    const [imapcopy] = planCells(options('--only', 'S', '--tools', 'imapcopy', '--no-extras'), tools);
    expect(imapcopy?.quietRoundTripsMs).toEqual([]);
  });

  test('lesser targets are for the product, small messages and the longest way', () => {
    const lesser = planCells(options(), tools).filter(({ variant }) => variant !== 'everything');
    expect(lesser.map(({ variant, connections, copied }) => [variant, connections, copied.count])).toEqual([
      ['literal+', 4, 10_000],
      ['synchronizing', 4, 4_000],
      ['synchronizing', 16, 4_000],
    ]);
  });

  test('each copy of the product has a raw limit beside it', () => {
    const asked = options();
    const place = ({ corpus, roundTripMs, variant, connections }: ReturnType<typeof planLimits>[number]) =>
      `${corpus.kind}${corpus.count} ${roundTripMs} ${variant} ${connections}`;
    const own = planCells(asked, tools).filter(({ tool }) => tool === 'mailferry');
    expect(planLimits(asked).map(place)).toEqual(own.map(place));
    expect(planEmpty(asked).map(({ roundTripMs }) => roundTripMs)).toEqual([0, 20, 80]);
  });
});
