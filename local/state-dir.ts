import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from './has-code.ts';
import { createWholeFile } from './whole-file.ts';

/** Somebody else works with this directory: two processes would do every step twice. */
export class StateDirInUseError extends Error {
  override name = 'StateDirInUseError';
}

const heldHere = new Set<string>();

/** Makes the directory private and locks it for this process. Returns the unlock. */
export function lockStateDir(stateDir: string): () => void {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  chmodSync(stateDir, 0o700);
  const path = join(stateDir, 'lock');
  while (!createWholeFile(path, String(process.pid))) removeIfStale(path, stateDir);
  heldHere.add(path);
  return () => {
    heldHere.delete(path);
    rmSync(path, { force: true });
  };
}

/** A process that was killed leaves its lock behind. In a container, the next one may even have the same id. */
function removeIfStale(path: string, stateDir: string): void {
  const holder = Number(readFileSync(path, 'utf8'));
  const alive = holder === process.pid ? heldHere.has(path) : isAlive(holder);
  if (alive)
    throw new StateDirInUseError(
      `${stateDir} is in use by process ${holder}. Stop that mailferry first, or choose another directory. ` +
        `If that process is something else, delete ${path}.`,
    );
  rmSync(path, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return hasCode(error, 'EPERM');
  }
}
