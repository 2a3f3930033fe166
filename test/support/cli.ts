/** Runs the command line as a user does: a process of its own, JSON lines on stdout. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const program = fileURLToPath(new URL('../../bin/mailferry.mjs', import.meta.url));

const Summary = z.looseObject({
  type: z.literal('summary'),
  exitCode: z.number(),
  passes: z.array(z.looseObject({ passId: z.string(), pass: z.string(), verdict: z.string() })),
  mailboxes: z.array(
    z.looseObject({
      mailbox: z.string(),
      verdict: z.string(),
      code: z.string().nullable(),
      source: z.number(),
      copied: z.number(),
      copiedNow: z.number(),
      surplus: z.number(),
    }),
  ),
});

export interface CliResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  events: { type: string }[];
  summary: z.infer<typeof Summary> | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  /** SIGKILL after this time, if it is still running. */
  killAfterMs?: number;
  /** SIGKILL when this is settled. */
  killWhen?: Promise<unknown>;
  cwd?: string;
}

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const timer =
      options.killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
    void options.killWhen?.then(() => child.kill('SIGKILL'));
    child.once('error', reject).once('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ exitCode, signal, ...parsed(stdout), stdout, stderr });
    });
  });
}

function parsed(stdout: string): Pick<CliResult, 'events' | 'summary'> {
  const events = stdout.split('\n').flatMap((line) => {
    const event = z.looseObject({ type: z.string() }).safeParse(line.startsWith('{') ? JSON.parse(line) : null);
    return event.success ? [event.data] : [];
  });
  const last = Summary.safeParse(events.at(-1));
  return { events, summary: last.success ? last.data : null };
}

export interface TestRow {
  address: string;
  source: { user: string; password: string };
  target: { user: string; password: string };
}

/** A folder as an administrator would make it. `batch` is its name. */
export async function writeBatch(
  batch: string,
  at: { rows: readonly TestRow[]; source: object; target: object; extra?: object },
): Promise<{ directory: string; stateDir: string; home: string }> {
  const home = mkdtempSync(join(tmpdir(), 'mailferry-'));
  const directory = join(home, batch);
  await mkdir(directory, { recursive: true });
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const lines = at.rows.map((row) =>
    [row.address, row.source.user, row.source.password, row.target.user, row.target.password].map(cell).join(','),
  );
  const csv = ['EmailAddress,UserName,Password,TargetUserName,TargetPassword', ...lines, ''].join('\r\n');
  await writeFile(join(directory, 'wave1.csv'), csv);
  const { source, target, extra } = at;
  await writeFile(join(directory, 'migration.json'), JSON.stringify({ source, target, ...extra }));
  return { directory, stateDir: join(home, 'state'), home };
}

/** Endpoint of a test server on loopback. */
export const plainEndpoint = ({ host, port }: { host: string; port: number }): object => ({
  host,
  port,
  tls: 'none',
  auth: 'password',
  allowPlaintext: true,
  allowPrivateAddress: true,
});
