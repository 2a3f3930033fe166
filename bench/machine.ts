/** What the figures were measured on. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

export function describeMachine(): Record<string, string> {
  const gib = 1024 ** 3;
  return {
    cores: `${availableParallelism()} (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    memory: `${Math.round(totalmem() / gib)} GiB`,
    system: `${distribution()}, kernel ${release()}`,
    node: process.version,
    dovecot: said('dovecot', ['--version']).split(' ')[0] ?? '',
    disk: said('findmnt', ['-no', 'FSTYPE', '-T', '/tmp']),
    commit: said('git', ['rev-parse', '--short', 'HEAD']),
  };
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="([^"]*)"/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown system';
  } catch {
    return 'unknown system';
  }
}

function said(command: string, args: readonly string[]): string {
  return (spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '').trim();
}
