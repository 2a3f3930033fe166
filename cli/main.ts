/** The command line. */
import { explain, exitCodes, run } from './run.ts';
import type { Streams } from './reporter.ts';
import { help, parseCommand, type Command } from './usage.ts';

export async function main(argv: readonly string[], streams: Streams = standardStreams()): Promise<number> {
  const interrupted = new AbortController();
  const onSignal = (): void => interrupted.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return await perform(parseCommand(argv), streams, interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) {
      streams.err.write('Interrupted. Run the same command again to go on.\n');
      return exitCodes.interrupted;
    }
    const { text, exitCode } = explain(error);
    streams.err.write(`${text}\n`);
    return exitCode;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function perform(command: Command, streams: Streams, signal: AbortSignal): Promise<number> {
  if (command.kind === 'help') {
    streams.out.write(help);
    return exitCodes.complete;
  }
  if (command.kind === 'run') return (await run(command, streams, signal)).exitCode;
  // Only the demo needs servers of its own.
  const { demo } = await import('../demo/demo.ts');
  return demo(command.stateDir, streams, signal);
}

const standardStreams = (): Streams => ({ out: process.stdout, err: process.stderr });
