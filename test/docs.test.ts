/** The documentation says what the code says, and its links lead somewhere. */
import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCodes } from '../shared/errors.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

async function markdownFiles(): Promise<string[]> {
  const docs = await readdir(join(project, 'docs'), { recursive: true });
  const pages = docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...pages.sort()];
}

const read = (path: string): Promise<string> => readFile(join(project, path), 'utf8');

/** Text inside code fences holds examples, not links and headings. */
const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

function linksOf(text: string): string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** As GitHub names the anchors of headings. */
function anchorsOf(text: string): string[] {
  const headings = [...withoutCode(text).matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

async function isBroken(page: string, link: string): Promise<boolean> {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(project, join(project, dirname(page), path));
  if (!existsSync(join(project, target))) return true;
  return anchor !== undefined && !anchorsOf(await read(target)).includes(anchor);
}

async function brokenLinks(page: string): Promise<string[]> {
  const links = linksOf(await read(page));
  const broken = await Promise.all(links.map((link) => isBroken(page, link)));
  return links.filter((_, i) => broken[i]).map((link) => `${page} -> ${link}`);
}

describe('docs/errors.md', () => {
  test('is what bin/docs.mjs writes', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(project, 'bin', 'docs.mjs'), '--check']);
    expect({ status, text: stderr.toString() }).toEqual({ status: 0, text: '' });
  });

  test('names every code once', async () => {
    const rows = [...(await read('docs/errors.md')).matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
    expect(new Set(rows)).toEqual(new Set(errorCodes));
    expect(rows).toHaveLength(errorCodes.length);
  });
});

describe('docs/faults.md', () => {
  test('names for each fault and attack a test that exists', async () => {
    const rows = [...(await read('docs/faults.md')).matchAll(/^\| ([FA]\d+) .*$/gm)];
    expect(rows.length).toBeGreaterThan(50);
    const tests = (row: string): string[] => [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(rows.filter(([row]) => tests(row).length === 0).map(([, fault]) => fault)).toEqual([]);
    expect(rows.flatMap(([row]) => tests(row)).filter((path) => !existsSync(join(project, path)))).toEqual([]);
  });
});

describe('README', () => {
  test('is shorter than 150 lines', async () => {
    expect((await read('README.md')).split('\n').length).toBeLessThan(150);
  });

  test('names only scripts that exist', async () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(await read('package.json'));
    const named = [...(await read('README.md')).matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});

describe('every page', () => {
  test('links only to files and headings that are there', async () => {
    const broken = await Promise.all((await markdownFiles()).map(brokenLinks));
    expect(broken.flat()).toEqual([]);
  });

  test('is reached from the README', async () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const link of linksOf(await read(page))) {
        const target = relative(project, join(project, dirname(page), link.split('#')[0] ?? ''));
        if (target.endsWith('.md')) reached.add(target);
      }
    }
    expect((await markdownFiles()).filter((page) => !reached.has(page))).toEqual([]);
  });
});

test('docs/faults.md names tests that exist', async () => {
  const named = (await read('docs/faults.md')).match(/test\/[\w/.-]+\.test\.ts/g) ?? [];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(project, path)))).toEqual([]);
});

describe('code comments', () => {
  const sources = async (): Promise<{ path: string; text: string }[]> => {
    const folders = ['shared', 'functions', 'infra', 'local', 'cli', 'demo'];
    const names = await Promise.all(
      folders.map(async (folder) =>
        (await readdir(join(project, folder), { recursive: true }))
          .filter((name) => name.endsWith('.ts'))
          .map((name) => join(folder, name)),
      ),
    );
    return Promise.all(names.flat().map(async (path) => ({ path, text: await read(path) })));
  };

  test('name faults that docs/faults.md lists', async () => {
    const faults = await read('docs/faults.md');
    const named = (await sources()).flatMap(({ text }) =>
      [...text.matchAll(/faults? ((?:[AF]\d+(?:, )?)+)/g)].flatMap(([, list = '']) => list.match(/[AF]\d+/g) ?? []),
    );
    expect(named.filter((fault) => !new RegExp(`^\\| ${fault} `, 'm').test(faults))).toEqual([]);
  });

  test('name decisions and documents that exist', async () => {
    const decisions = await readdir(join(project, 'docs', 'decisions'));
    const lost = (await sources()).flatMap(({ path, text }) => [
      ...[...text.matchAll(/decision (\d{4})/g)]
        .filter(([, number = '']) => !decisions.some((name) => name.startsWith(number)))
        .map(([words]) => `${path}: ${words}`),
      ...[...text.matchAll(/docs\/[\w/-]+\.md/g)]
        .filter(([document]) => !existsSync(join(project, document)))
        .map(([document]) => `${path}: ${document}`),
    ]);
    expect(lost).toEqual([]);
  });
});
