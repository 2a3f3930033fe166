/** Memory of a process and all its children, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export interface TreeMemory {
  /** Resident now, of all processes together. */
  nowBytes: number;
  /** Highest that the root alone ever was. */
  rootPeakBytes: number;
}

export function treeMemory(root: number): TreeMemory {
  const status = (pid: number): string => textOf(`/proc/${pid}/status`);
  const nowBytes = [root, ...descendants(root)].reduce((sum, pid) => sum + kilobytes(status(pid), 'VmRSS') * 1024, 0);
  return { nowBytes, rootPeakBytes: kilobytes(status(root), 'VmHWM') * 1024 };
}

/** User and system time of all children that have ended and were waited for, theirs included. */
export function reapedCpuSeconds(): number {
  const fields = textOf('/proc/self/stat')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticksPerSecond = 100;
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) / ticksPerSecond;
}

function descendants(pid: number): number[] {
  const threads = namesIn(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) =>
    textOf(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [...children, ...children.flatMap(descendants)];
}

function kilobytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

/** Processes end while one looks. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
