/** Runs a program and measures it: wall clock, CPU, peak memory of its whole process tree. */
import { spawn } from 'node:child_process';
import { reapedCpuSeconds, treeMemory } from './process-tree.ts';

export interface Program {
  command: string;
  args: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string>>;
  onLine?: (line: string, atSeconds: number) => void;
}

export interface Measured {
  exitCode: number | null;
  wallSeconds: number;
  /** User and system, of the tree. */
  cpuSeconds: number;
  peakRssBytes: number;
  /** The end of what it said on stderr, for people. */
  lastWords: string;
}

const sampleEveryMs = 50;
const timeoutMinutes = 30;
const lastWordsLength = 600;

/** One at a time: CPU is read from the times of ended children. */
export function measure(program: Program): Promise<Measured> {
  const { command, args, cwd, env, onLine } = program;
  return new Promise((resolve, reject) => {
    const [cpuBefore, startMs] = [reapedCpuSeconds(), performance.now()];
    const elapsed = (): number => (performance.now() - startMs) / 1000;
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMinutes * 60_000,
    });
    // An interrupted bench must not leave the measured program behind.
    const onExit = (): void => void child.kill('SIGTERM');
    process.once('exit', onExit);
    let peakRssBytes = 0;
    const sampler = setInterval(() => {
      const { nowBytes, rootPeakBytes } = treeMemory(child.pid ?? 0);
      peakRssBytes = Math.max(peakRssBytes, nowBytes, rootPeakBytes);
    }, sampleEveryMs);
    let lastWords = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-lastWordsLength);
    });
    const lines = new Lines((line) => onLine?.(line, elapsed()));
    child.stdout.setEncoding('utf8').on('data', (text: string) => lines.add(text));
    let wallSeconds = 0;
    child.once('exit', () => {
      wallSeconds = elapsed();
      process.off('exit', onExit);
      clearInterval(sampler);
    });
    child.once('error', (error) => {
      clearInterval(sampler);
      reject(error);
    });
    child.once('close', (exitCode) =>
      resolve({ exitCode, wallSeconds, cpuSeconds: reapedCpuSeconds() - cpuBefore, peakRssBytes, lastWords }),
    );
  });
}

class Lines {
  private rest = '';
  private readonly onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  add(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.onLine(line);
  }
}
