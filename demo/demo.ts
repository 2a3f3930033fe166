/** `npm start`: two IMAP servers, a company of five mailboxes, one CSV. From the upload on only events move it. */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../cli/run.ts';
import type { Streams } from '../cli/reporter.ts';
import { parseCsv, type CsvRow } from '../shared/contract/csv.ts';
import { parseSettings } from '../shared/contract/parse-settings.ts';
import { dovecotInstalled } from './dovecot.ts';
import { fillSource } from './fill-source.ts';
import { startServers, type DemoUsers, type Servers } from './servers.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const example = join(project, 'examples', 'contoso');

export async function demo(stateDir: string, streams: Streams, signal: AbortSignal): Promise<number> {
  const home = resolve(stateDir, 'demo');
  await mkdir(home, { recursive: true });
  const say = (text: string): void => void streams.out.write(`${text}\n`);
  spawnSync(process.execPath, [join(project, 'bin', 'setup.mjs')], { stdio: ['ignore', 'inherit', 'inherit'] });
  const rows = await demoRows();
  const servers = await startServers(home, usersOf(rows));
  try {
    if (!servers.persistent) await rm(join(home, 'state'), { recursive: true, force: true });
    say(`Source and target: ${servers.description}`);
    const count = await fillSource(servers.source, usersOf(rows).source);
    say(`The source holds ${count} messages of ${rows.length} people.`);
    const directory = await writeBatch(home, { servers, rows });
    const { exitCode } = await run(
      { directory, stateDir: join(home, 'state'), pass: null, itemsFile: null, json: false, watch: false },
      streams,
      signal,
    );
    if (exitCode === 0)
      say('\nRun it again: an incremental pass that finds nothing to copy. Your own: mailferry run DIR');
    return exitCode;
  } finally {
    await servers.stop();
  }
}

/** hoodiecrow cannot read a quote or a Greek letter in a password. */
async function demoRows(): Promise<CsvRow[]> {
  const { rows } = parseCsv(await readFile(join(example, 'wave1.csv')), 'wave1.csv');
  if (dovecotInstalled()) return rows;
  return rows.map((row) => ({ ...row, password: `source-${row.line}`, targetPassword: `target-${row.line}` }));
}

const usersOf = (rows: readonly CsvRow[]): DemoUsers => ({
  source: rows.map(({ userName: user, password }) => ({ user, password })),
  target: rows.map((row) => ({ user: row.targetUserName ?? row.emailAddress, password: row.targetPassword ?? '' })),
});

/** The example with the ports that were free here. */
async function writeBatch(
  home: string,
  { servers, rows }: { servers: Servers; rows: readonly CsvRow[] },
): Promise<string> {
  const { source, target } = servers;
  const directory = join(home, 'contoso');
  await mkdir(directory, { recursive: true });
  const settings = parseSettings(await readFile(join(example, 'migration.json'), 'utf8'));
  settings.source = { ...settings.source, host: source.host, port: source.port };
  settings.target = { ...settings.target, host: target.host, port: target.port };
  await writeFile(join(directory, 'migration.json'), `${JSON.stringify(settings, null, 2)}\n`);
  await writeFile(join(directory, 'wave1.csv'), csvOf(rows));
  return directory;
}

function csvOf(rows: readonly CsvRow[]): string {
  const cell = (text: string | null): string => `"${(text ?? '').replaceAll('"', '""')}"`;
  const lines = rows.map((row) =>
    [row.emailAddress, row.userName, row.password, row.targetUserName, row.targetPassword].map(cell).join(','),
  );
  return ['EmailAddress,UserName,Password,TargetUserName,TargetPassword', ...lines, ''].join('\r\n');
}
