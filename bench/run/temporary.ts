/** Directories of a run: gone when it is done with them, and at the latest when the process ends, also by Ctrl-C. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const open = new Set<string>();
process.once('exit', () => {
  for (const path of open) rmSync(path, { recursive: true, force: true });
});

export function makeTemporary(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `mailferry-bench-${name}-`));
  open.add(path);
  return path;
}

export function dropTemporary(path: string): void {
  rmSync(path, { recursive: true, force: true });
  open.delete(path);
}
