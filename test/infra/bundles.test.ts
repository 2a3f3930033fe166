import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { buildApp } from '../../infra/build-app.ts';
import { stubEntry } from './stack.ts';

const home = process.cwd();
process.chdir(tmpdir());

const outdir = mkdtempSync(join(tmpdir(), 'mailferry-bundles-'));
afterAll(() => {
  process.chdir(home);
  rmSync(outdir, { recursive: true });
});
const assembly = buildApp({ outdir, entryOf: stubEntry }).synth();

const Assets = z.object({ files: z.record(z.string(), z.object({ source: z.object({ path: z.string() }) })) });
const assets = Assets.parse(JSON.parse(readFileSync(join(outdir, 'mailferry.assets.json'), 'utf8')));
const [bundle] = Object.values(assets.files)
  .map(({ source }) => join(outdir, source.path))
  .filter((path) => existsSync(join(path, 'index.js')));
if (bundle === undefined) throw new Error('no bundle');

test('the app is built from any working directory', () => {
  expect(assembly.stacks.map(({ stackName }) => stackName)).toEqual(['mailferry']);
});

test('a bundle is a CommonJS module with a handler', () => {
  const loaded: unknown = createRequire(import.meta.url)(join(bundle, 'index.js'));
  expect(loaded).toHaveProperty('handler');
});

test('a source map names lines but carries no sources', () => {
  const map: unknown = JSON.parse(readFileSync(join(bundle, 'index.js.map'), 'utf8'));
  expect(map).toHaveProperty('mappings');
  expect(map).not.toHaveProperty('sourcesContent');
});
