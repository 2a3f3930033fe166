/** `npm run bench`: the product beside other tools, on this machine, every copy checked. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { help, parseBenchOptions, type BenchOptions } from './options.ts';
import { runBench } from './run/bench.ts';

const resultsDir = join(import.meta.dirname, 'results');

async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === null) return process.stdout.write(help) ? 0 : 0;
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${help}`);
    return 2;
  }
  const { results, failures } = await runBench(options, (line) => void process.stdout.write(`${line}\n`));
  mkdirSync(options.outDir, { recursive: true });
  writeFileSync(join(options.outDir, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
  for (const failure of failures) process.stderr.write(`NOT THE SAME: ${failure}\n`);
  return failures.length === 0 ? 0 : 1;
}

function readOptions(argv: readonly string[]): BenchOptions | string | null {
  try {
    return parseBenchOptions(argv, resultsDir);
  } catch (error) {
    return error instanceof Error ? error.message : 'The options cannot be read.';
  }
}

process.exitCode = await main(process.argv.slice(2));
