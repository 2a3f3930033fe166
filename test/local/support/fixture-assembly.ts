import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Assembly, readAssembly } from '../../../local/assembly.ts';
import { fixtureHash, type FixtureStack, fixtureTemplate } from './fixture-template.ts';

/** Writes a cloud assembly by hand, small enough to read. */
export async function fixtureAssembly(directory: string, stack: FixtureStack): Promise<Assembly> {
  const files: Record<string, unknown> = {};
  mkdirSync(directory, { recursive: true });
  for (const [name, { source, file = 'index.mjs' }] of Object.entries(stack.functions)) {
    const hash = fixtureHash(name);
    mkdirSync(join(directory, `asset.${hash}`), { recursive: true });
    writeFileSync(join(directory, `asset.${hash}`, file), source);
    files[hash] = { source: { path: `asset.${hash}`, packaging: 'zip' } };
  }
  writeFileSync(join(directory, 'Fixture.template.json'), JSON.stringify(fixtureTemplate(stack)));
  writeFileSync(join(directory, 'Fixture.assets.json'), JSON.stringify({ files }));
  return readAssembly(directory);
}
