/** The cache of assemblies does not grow: neither with every change of the sources, nor with every killed synthesis. */
import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAssembly } from '../../local/assembly.ts';
import { projectDir, temporaryDirectory } from './support/real-template.ts';

const cache = temporaryDirectory();
afterAll(() => cache.remove());

async function synthesize(outdir: string): Promise<void> {
  mkdirSync(outdir);
  writeFileSync(join(outdir, 'Fixture.template.json'), '{"Resources":{},"Outputs":{}}');
  writeFileSync(join(outdir, 'Fixture.assets.json'), '{"files":{}}');
}

const leave = (name: string, ageMinutes: number): void => {
  const at = new Date(Date.now() - ageMinutes * 60_000);
  mkdirSync(join(cache.path, name));
  utimesSync(join(cache.path, name), at, at);
};

test('three assemblies are kept, the newest, and no directory of a synthesis that was killed', async () => {
  const old = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(64));
  for (const [i, name] of old.entries()) leave(name, 10 + i);
  leave('work-killed', 61);
  leave('work-of-another-process', 1);
  const { directory } = await loadAssembly({ projectDir, cacheDir: cache.path, synthesize });
  expect(readdirSync(cache.path).map((name) => join(cache.path, name))).toEqual(
    expect.arrayContaining([directory, join(cache.path, 'work-of-another-process')]),
  );
  expect(readdirSync(cache.path)).toHaveLength(4);
  expect(readdirSync(cache.path)).not.toContain('work-killed');
});

test('the same sources are synthesized once', async () => {
  let times = 0;
  const counted = async (outdir: string): Promise<void> => {
    times += 1;
    await synthesize(outdir);
  };
  await loadAssembly({ projectDir, cacheDir: cache.path, synthesize: counted });
  expect(times).toBe(0);
});
