/** `npm run bench`: the product beside other tools, on this machine, every copy checked. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { help, parseBenchOptions, type BenchOptions } from './options.ts';
import { panelsOf } from './report/chart.ts';
import { resultsPage } from './report/markdown.ts';
import { withSpeedSection } from './report/readme.ts';
import type { Results } from './report/rows.ts';
import { resultsSvg } from './report/svg.ts';
import { runBench } from './run/bench.ts';

const resultsDir = join(import.meta.dirname, 'results');
const readme = join(import.meta.dirname, '..', 'README.md');

async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === null) {
    process.stdout.write(help);
    return 0;
  }
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${help}`);
    return 2;
  }
  const { results, failures } = await runBench(options, (line) => void process.stdout.write(`${line}\n`));
  mkdirSync(options.outDir, { recursive: true });
  await writeResults(options.outDir, results);
  // Only what is committed may be told.
  if (options.outDir === resultsDir && failures.length === 0) await updateReadme(results);
  for (const failure of failures) process.stderr.write(`FAILED: ${failure}\n`);
  return failures.length === 0 ? 0 : 1;
}

async function writeResults(outDir: string, results: Results): Promise<void> {
  const title = `Copying mailboxes, Dovecot to Dovecot, measured ${results.startedAt.slice(0, 10)}`;
  const page = await format(resultsPage(results), { parser: 'markdown', printWidth: 120 });
  writeFileSync(join(outDir, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(join(outDir, 'results.md'), page);
  writeFileSync(join(outDir, 'results.svg'), resultsSvg(title, panelsOf(results)));
  process.stdout.write(`Written: ${join(outDir, 'results.md')}, results.json, results.svg\n`);
}

async function updateReadme(results: Results): Promise<void> {
  const page = withSpeedSection(readFileSync(readme, 'utf8'), results);
  writeFileSync(readme, await format(page, { parser: 'markdown', ...(await resolveConfig(readme)) }));
  process.stdout.write('Updated: the section Speed of README.md\n');
}

function readOptions(argv: readonly string[]): BenchOptions | string | null {
  try {
    return parseBenchOptions(argv, resultsDir);
  } catch (error) {
    return error instanceof Error ? error.message : 'The options cannot be read.';
  }
}

// Ends by `exit`, so that servers and programs that were started are ended too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main(process.argv.slice(2));
