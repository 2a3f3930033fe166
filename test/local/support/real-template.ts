/** The template of infra/ with the fixture handlers in it, synthesized and bundled once for all test files. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Assembly, type AssemblyOptions, loadAssembly } from '../../../local/assembly.ts';
import type { Step } from '../../../shared/contract/names.ts';

export const projectDir = fileURLToPath(new URL('../../..', import.meta.url));

/** Imported late: most runs find the assembly in the cache, and the import alone takes seconds. */
export async function synthesizeWithFixtures(outdir: string): Promise<void> {
  const { buildApp } = await import('../../../infra/build-app.ts');
  const entryOf = (step: Step): string => fileURLToPath(new URL(`handlers/${step}.ts`, import.meta.url));
  buildApp({ outdir, entryOf }).synth();
}

export function realAssembly(options: Partial<AssemblyOptions> = {}): Promise<Assembly> {
  const cacheDir = join(projectDir, 'node_modules', '.cache', 'mailferry-test-assembly');
  mkdirSync(cacheDir, { recursive: true });
  return loadAssembly({ projectDir, cacheDir, synthesize: synthesizeWithFixtures, ...options });
}

/** A directory that is gone when the test file has ended. */
export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'mailferry-local-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A valid mailbox id whose first word tells the fixture handlers what to do. */
export const mailboxId = (behaviour: string, n = 0): string => `${behaviour}-${String(n).padStart(10, '0')}`;
