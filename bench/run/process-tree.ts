/** Memory and CPU of processes and all their children, from /proc. */
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

const ticksPerSecond = 100;

/** User and system time of all children of this process that have ended and were waited for, theirs included. */
export function reapedCpuSeconds(): number {
  const { reaped } = cpuTicks('self');
  return reaped / ticksPerSecond;
}

/** User and system time of a process and its children, of those alive and of those that have ended. */
export function treeCpuSeconds(root: number): number {
  const ticks = [root, ...descendants(root)].map((pid) => cpuTicks(String(pid)));
  return ticks.reduce((sum, { own, reaped }) => sum + own + reaped, 0) / ticksPerSecond;
}

/** What all processes of the machine have used, interrupts included. */
export function machineCpuSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = (textOf('/proc/stat').split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softIrq) / ticksPerSecond;
}

function cpuTicks(pid: string): { own: number; reaped: number } {
  const fields = textOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, reapedUser = 0, reapedSystem = 0] = fields.slice(11, 15);
  return { own: user + system, reaped: reapedUser + reapedSystem };
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
