/** All tools, and which of them are here. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imapcopy } from './imapcopy.ts';
import { imapsync } from './imapsync.ts';
import { mailferry } from './mailferry.ts';
import { mbsync } from './mbsync.ts';
import { naive } from './naive.ts';
import { offlineimap } from './offlineimap.ts';
import type { Tool, ToolName } from './tool.ts';

export const tools: readonly Tool[] = [mailferry, imapsync, naive, mbsync, offlineimap, imapcopy];

const setup = fileURLToPath(new URL('../../bin/setup.mjs', import.meta.url));

/** Dovecot and the tools that the system's packages have. */
export function installPeers(): void {
  spawnSync(process.execPath, [setup, '--peers'], { stdio: ['ignore', 'inherit', 'inherit'] });
}

const shipped: readonly ToolName[] = ['mailferry', 'naive'];

export function isInstalled({ name }: Tool): boolean {
  return shipped.includes(name) || onPath(name);
}

function onPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

export function versionOf({ name }: Tool): string {
  if (shipped.includes(name)) return '';
  const { stdout, stderr } = spawnSync(name, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return (/\d+(?:\.\d+)+[^\s,]*/.exec(`${stdout}${stderr}`) ?? [''])[0];
}
