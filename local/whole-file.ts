import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { hasCode } from './has-code.ts';

/**
 * Creates a file that is either there with all of its content or not at all, also after a kill in the middle.
 * Returns false when it exists already; that one stays as it is.
 */
export function createWholeFile(path: string, content: string | Buffer): boolean {
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
