/** What the command line accepts. */
import { parseArgs } from 'node:util';
import { passKinds, type PassKind } from '../shared/contract/names.ts';

export const help = `mailferry migrates mailboxes from one IMAP server to another.

  mailferry                    the demo: two servers, five mailboxes, one CSV
  mailferry run DIR [options]  migrate what DIR/*.csv lists, as DIR/migration.json says
  mailferry retry DIR [options] as run, and append again what the target refused, from quarantine
  mailferry help

Options of run and retry
  --pass KIND    ${passKinds.join(', ')}; default: initial, then incremental
  --state DIR    where everything durable lies (default .mailferry); run again to go on
  --watch        stay and start the passes that are due, until the final one
  --items FILE   one JSON line per message that did not arrive, or not as it was
  --json         events and the summary as JSON lines on stdout, text on stderr

Exit codes
  0 all mailboxes complete   1 some incomplete   2 bad input or usage   130 interrupted
`;

export interface RunOptions {
  directory: string;
  pass: PassKind | null;
  stateDir: string;
  itemsFile: string | null;
  json: boolean;
  watch: boolean;
}

export type Command = { kind: 'help' } | { kind: 'demo'; stateDir: string } | ({ kind: 'run' } & RunOptions);

/** Something the user typed or wrote is not usable; nothing was started. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const defaultState = '.mailferry';

export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals } = parseOptions(argv);
  if (values.help || positionals[0] === 'help') return { kind: 'help' };
  const [command = 'demo', directory, ...rest] = positionals;
  const stateDir = values.state ?? defaultState;
  if (command === 'demo' && directory === undefined) return { kind: 'demo', stateDir };
  if (command !== 'run' && command !== 'retry')
    throw new UsageError(`There is no command "${command}". Try: mailferry help`);
  if (directory === undefined)
    throw new UsageError(`${command} needs the folder with migration.json and the CSV: mailferry ${command} DIR`);
  if (command === 'retry' && values.pass !== undefined)
    throw new UsageError('retry is a pass of its own: leave --pass out.');
  if (rest.length > 0) throw new UsageError(`One folder at a time: "${rest.join(' ')}" is too much.`);
  return {
    kind: 'run',
    directory,
    pass: command === 'retry' ? 'retry' : passOf(values.pass),
    stateDir,
    itemsFile: values.items ?? null,
    json: values.json ?? false,
    watch: values.watch ?? false,
  };
}

function parseOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        pass: { type: 'string' },
        state: { type: 'string' },
        items: { type: 'string' },
        json: { type: 'boolean' },
        watch: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The options cannot be read.');
  }
}

function passOf(text: string | undefined): PassKind | null {
  if (text === undefined) return null;
  const pass = passKinds.find((kind) => kind === text);
  if (!pass) throw new UsageError(`There is no pass "${text}". Choose one of: ${passKinds.join(', ')}.`);
  return pass;
}
