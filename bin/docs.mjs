#!/usr/bin/env node
/**
 * Writes docs/errors.md from the error catalogue. `--check` writes nothing and exits 1 when the file is not what would
 * be written.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';

const file = join(import.meta.dirname, '..', 'docs', 'errors.md');

const scopes = {
  batch: 'Nothing of the pass can go on.',
  mailbox: 'This mailbox ends incomplete; the others go on.',
  folder: 'This folder is left as it was and its mailbox ends incomplete; the other folders go on.',
  message: 'This message is left out and named in items.jsonl; the mailbox ends "complete with skips".',
};

const retries = {
  now: 'at once',
  later: 'by the next pass',
  never: 'after you have acted',
};

const head = `# Errors

<!-- Generated from shared/errors.ts by bin/docs.mjs. Do not edit. -->

Every failure that mailferry can name. The code stands in the report, in \`summary.json\`, in \`items.jsonl\`, in log
lines and as the dimension of the metric \`Errors\`; it is also the error name that the workflow retries by.

"Tried again" says what happens without you: **at once** = the workflow repeats it with back-off, **by the next pass**
= it ends this pass and the next one tries again, **after you have acted** = it would fail again until somebody changes
something.
`;

/** What docs/errors.md must hold. */
export async function errorsPage(catalogue) {
  const sections = Object.entries(scopes).map(([scope, damage]) => {
    const rows = Object.entries(catalogue)
      .filter(([, error]) => error.scope === scope)
      .map(([code, { retry, hint }]) => `| \`${code}\` | ${retries[retry]} | ${cell(hint)} |`);
    return [`## ${scope}`, damage, ['| code | tried again | what to do |', '| --- | --- | --- |', ...rows].join('\n')];
  });
  const page = [head, ...sections.flat()].join('\n\n');
  return format(page, { ...(await resolveConfig(file)), filepath: file });
}

const cell = (text) => text.replaceAll('|', '\\|');

async function main(argv) {
  const { register } = await import('tsx/esm/api');
  register();
  const { catalogue } = await import('../shared/errors.ts');
  const page = await errorsPage(catalogue);
  if (!argv.includes('--check')) {
    await writeFile(file, page);
    return 0;
  }
  const isCurrent = (await readFile(file, 'utf8').catch(() => '')) === page;
  if (!isCurrent) console.error('docs/errors.md is not up to date: node bin/docs.mjs');
  return isCurrent ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await main(process.argv.slice(2));
