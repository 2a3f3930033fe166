/** The demo's two servers. Their ports stay the same, so that a pass that was killed finds them again. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { dovecotInstalled, freePort, startDovecot, type DovecotUser, type MailServer } from './dovecot.ts';
import { startHoodiecrow } from './hoodiecrow.ts';

export interface DemoUsers {
  source: readonly DovecotUser[];
  target: readonly DovecotUser[];
}

export interface Servers {
  source: MailServer;
  target: MailServer;
  /** False: what they hold is gone when they stop. */
  persistent: boolean;
  description: string;
  stop(): Promise<void>;
}

/** The default layout writes `.` for the hierarchy and refuses names that hold one. */
const config = 'mail_location = maildir:~/Maildir:LAYOUT=fs';

const Remembered = z.object({ ports: z.object({ source: z.number(), target: z.number() }), pids: z.array(z.number()) });
type Remembered = z.infer<typeof Remembered>;

export async function startServers(home: string, users: DemoUsers): Promise<Servers> {
  const before = await remembered(home);
  if (before) await stopLeftovers(before.pids);
  const ports = before?.ports ?? { source: await freePort(), target: await freePort() };
  const persistent = dovecotInstalled();
  const start = (side: 'source' | 'target'): Promise<MailServer> =>
    persistent
      ? startDovecot({ baseDir: join(home, side), users: users[side], persistent, port: ports[side], config })
      : startHoodiecrow({ users: users[side] });
  const source = await start('source');
  const target = await start('target');
  const pids = [source, target].flatMap(({ pid }) => (pid === null ? [] : [pid]));
  await writeFile(join(home, 'servers.json'), JSON.stringify({ ports, pids } satisfies Remembered));
  return {
    source,
    target,
    persistent,
    description: persistent
      ? `two Dovecot servers, ports ${source.port} and ${target.port}`
      : 'two hoodiecrow servers in this process (Dovecot is not installed), which forget everything at the end',
    stop: async () => {
      await Promise.all([source.stop(), target.stop()]);
      await writeFile(join(home, 'servers.json'), JSON.stringify({ ports, pids: [] } satisfies Remembered));
    },
  };
}

async function remembered(home: string): Promise<Remembered | null> {
  const text = await readFile(join(home, 'servers.json'), 'utf8').catch(() => null);
  return text === null ? null : Remembered.parse(JSON.parse(text));
}

/** A killed demo leaves its servers behind. A pid may have been given to somebody else since: its command line tells. */
async function stopLeftovers(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes('dovecot') || !command.includes('/dc-')) continue;
    process.kill(pid, 'SIGTERM');
    for (let n = 0; n < 100 && (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== ''; n++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
