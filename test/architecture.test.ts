/** Arrows between folders point one way; the environment is read in one place; nothing here knows where it was built. */
import { describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const roots = ['shared', 'functions', 'infra', 'local', 'cli', 'demo', 'bench'];

interface Source {
  path: string;
  text: string;
  imports: string[];
}

async function readSources(folders: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const folder of folders) {
    const names = await readdir(join(project, folder), { recursive: true });
    for (const name of names.filter((n) => n.endsWith('.ts'))) {
      const path = join(folder, name);
      const text = await readFile(join(project, path), 'utf8');
      sources.push({ path, text, imports: importsOf(path, text) });
    }
  }
  return sources;
}

/** Our own files relative to the project; packages by name. */
function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map(([, name = '']) =>
    name.startsWith('.') ? relative(project, join(project, dirname(path), name)) : name,
  );
}

const sources = await readSources(roots);
const below = (...folders: string[]): Source[] =>
  sources.filter(({ path }) => folders.some((f) => path.startsWith(`${f}/`)));

/** `from -> to` of every import that `isAllowed` does not know. */
function violations(from: readonly Source[], isAllowed: (imported: string, source: Source) => boolean): string[] {
  return from.flatMap((source) =>
    source.imports.filter((name) => !isAllowed(name, source)).map((name) => `${source.path} -> ${name}`),
  );
}

const isOwn = (name: string): boolean => roots.some((root) => name.startsWith(`${root}/`));
const within = (name: string, ...folders: string[]): boolean =>
  folders.some((folder) => name.startsWith(folder.endsWith('.ts') ? folder : `${folder}/`));

describe('layers', () => {
  const layers: [string, string[]][] = [
    ['shared/core', ['shared/core', 'shared/contract', 'shared/ports', 'shared/errors.ts']],
    ['shared/contract', ['shared/contract', 'shared/core', 'shared/errors.ts']],
    ['shared/ports', ['shared/ports', 'shared/contract', 'shared/errors.ts']],
    ['shared/steps', ['shared/steps', 'shared/core', 'shared/contract', 'shared/ports', 'shared/errors.ts']],
    ['shared/adapters', ['shared/adapters', 'shared/core', 'shared/contract', 'shared/ports', 'shared/errors.ts']],
    ['functions', ['functions', 'shared']],
    ['infra', ['infra', 'shared/contract/names.ts', 'shared/errors.ts']],
    ['local', ['local', 'shared/contract/names.ts', 'infra/build-app.ts']],
    ['cli', ['cli', 'shared', 'local', 'demo/demo.ts']],
    ['demo', ['demo', 'cli', 'shared']],
    ['bench', ['bench', 'demo/dovecot.ts', 'demo/dovecot-config.ts', 'shared', 'functions']],
  ];
  test.each(layers)('%s imports only from %j', (folder, allowed) => {
    expect(violations(below(folder), (name) => !isOwn(name) || within(name, ...allowed))).toEqual([]);
  });

  test('an adapter imports no other adapter', () => {
    const adapterOf = (path: string): string => path.split('/')[2] ?? '';
    expect(
      violations(below('shared/adapters'), (name, { path }) =>
        name.startsWith('shared/adapters/') ? adapterOf(name) === adapterOf(path) : true,
      ),
    ).toEqual([]);
  });

  test('the bench uses the code it measures in one place: the worker whose memory is measured', () => {
    const judges = below('bench').filter(({ path }) => !path.startsWith('bench/worker/'));
    expect(violations(judges, (name) => !within(name, 'shared', 'functions'))).toEqual([]);
  });

  test('core has no I/O, and steps know no vendor', () => {
    const pure = ['zod', 'node:crypto', 'node:net'];
    expect(violations(below('shared/core'), (name) => isOwn(name) || pure.includes(name))).toEqual([]);
    const helpers = [...pure, 'p-map'];
    expect(violations(below('shared/steps'), (name) => isOwn(name) || helpers.includes(name))).toEqual([]);
  });

  test('core is not asynchronous and does not look at the clock', () => {
    const found = below('shared/core').filter(({ text }) =>
      /\basync\b|\bawait\b|Date\.now|Math\.random|new Date\(\)/.test(text),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});

describe('rules', () => {
  test('the environment is read in one place of what runs in AWS', () => {
    const readers = below('shared', 'functions', 'infra').filter(({ text }) => text.includes('process.env'));
    expect(readers.map(({ path }) => path)).toEqual(['functions/runtime.ts']);
  });

  test('no file is longer than 400 lines, and most are shorter than 200', () => {
    const lengths = sources.map(({ path, text }) => ({ path, lines: text.split('\n').length }));
    expect(lengths.filter(({ lines }) => lines > 400)).toEqual([]);
    expect(lengths.filter(({ lines }) => lines > 200).length / lengths.length).toBeLessThan(0.05);
  });

  test('the lockfile names no host', async () => {
    expect(await readFile(join(project, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});
