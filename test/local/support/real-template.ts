/** The template of infra/ with the fixture handlers in it, synthesized and bundled once for all test files. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Assembly, loadAssembly } from '../../../local/assembly.ts';

const supportDir = fileURLToPath(new URL('.', import.meta.url));
export const projectDir = fileURLToPath(new URL('../../..', import.meta.url));

/** Not `import.meta.resolve`, which jest does not have. */
export const tsxLoader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** In a process of its own: CDK takes seconds to import, and it talks. */
async function synthesize(outdir: string): Promise<void> {
  const script = join(supportDir, 'synthesize-fixtures.ts');
  await promisify(execFile)(process.execPath, ['--import', tsxLoader, script, outdir], { cwd: projectDir });
}

/** The stack's own cache knows nothing of the fixture handlers, so they choose the directory. */
function hashOfHandlers(): string {
  const directory = join(supportDir, 'handlers');
  const hash = createHash('sha256');
  for (const name of readdirSync(directory).sort()) hash.update(name).update(readFileSync(join(directory, name)));
  return hash.digest('hex').slice(0, 16);
}

export function realAssembly(): Promise<Assembly> {
  const cacheDir = join(projectDir, 'node_modules', '.cache', `mailferry-fixtures-${hashOfHandlers()}`);
  mkdirSync(cacheDir, { recursive: true });
  return loadAssembly({ projectDir, cacheDir, synthesize });
}

export interface TemporaryDirectory {
  path: string;
  remove: () => void;
}

export function temporaryDirectory(): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), 'mailferry-local-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A valid mailbox id whose first word tells the fixture handlers what to do. */
export const mailboxId = (behaviour: string, n = 0): string => `${behaviour}-${String(n).padStart(10, '0')}`;
