/** What all handlers do around their step: parse on the way in and out, tell how it went, let no foreign text out. */
import * as z from 'zod';
import type { Step } from '../shared/contract/names.ts';
import { MigrationError } from '../shared/errors.ts';
import type { Ports } from '../shared/ports/ports.ts';
import type { Deadline, LogFields } from '../shared/ports/runtime.ts';
import { currentRuntime } from './runtime.ts';

export interface Invocation {
  /** Differs for every invocation, also for a retry. */
  id: string;
  deadline: Deadline;
}

export interface StepDefinition<Input, Output> {
  step: Step;
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  run: (ports: Ports, input: Input, invocation: Invocation) => Promise<Output>;
}

/** What is used of Lambda's context object. */
export interface LambdaContext {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** Fields of most inputs that tell log lines apart. */
const Subject = z.object({
  batch: z.string().optional(),
  passId: z.string().optional(),
  mailboxId: z.string().optional(),
});

export function stepHandler<Input, Output>(definition: StepDefinition<Input, Output>) {
  return async (event: unknown, context: LambdaContext): Promise<Output> => {
    const runtime = currentRuntime();
    const { ports } = runtime;
    const { batch, passId, mailboxId } = Subject.safeParse(event).data ?? {};
    const fields: LogFields = { step: definition.step, requestId: context.awsRequestId, batch, passId, mailboxId };
    const startedMs = ports.clock.nowMs();
    try {
      const input = definition.input.parse(event);
      const output = await definition.run(ports, input, {
        id: context.awsRequestId,
        deadline: { remainingMs: () => context.getRemainingTimeInMillis() },
      });
      return definition.output.parse(output);
    } catch (error) {
      const shown = presentable(error);
      ports.telemetry.count('Errors', 1, shown.code);
      ports.telemetry.error('step failed', { ...fields, code: shown.code, ...traceOf(error, shown) });
      throw shown;
    } finally {
      ports.telemetry.info('step ended', { ...fields, durationMs: ports.clock.nowMs() - startedMs });
      runtime.flush();
    }
  };
}

/** Texts of other errors may quote what they stumbled over: a password, a subject, a line of the CSV (faults A1). */
function presentable(error: unknown): MigrationError {
  if (error instanceof MigrationError) return new MigrationError(error.code, error.message, { details: error.details });
  const name = error instanceof Error ? error.name.replace(/[^\w.]/g, '') : 'unknown';
  return new MigrationError('INTERNAL', `An unexpected ${name.slice(0, 60)} ended the step.`);
}

/** Where an unexpected error came from: file names and lines, without the first line, which is its text. */
function traceOf(error: unknown, shown: MigrationError): Pick<LogFields, 'reason'> {
  if (shown.code !== 'INTERNAL' || !(error instanceof Error)) return {};
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    reason: `${error.name} ${frames
      .slice(0, 6)
      .map((line) => line.trim())
      .join(' ')}`.slice(0, 1000),
  };
}
