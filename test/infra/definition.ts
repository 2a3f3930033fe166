/** The state machine of the template as a graph of states. */
import * as z from 'zod';
import { one, readable, type Template } from './stack.ts';

const Retrier = z.object({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number(),
  MaxAttempts: z.number(),
  BackoffRate: z.number(),
  MaxDelaySeconds: z.number().optional(),
  JitterStrategy: z.string(),
});
const Catcher = z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() });

export interface State {
  Type: string;
  Next?: string;
  Default?: string;
  End?: boolean;
  TimeoutSeconds?: number;
  Retry?: z.infer<typeof Retrier>[];
  Catch?: z.infer<typeof Catcher>[];
  Choices?: { Next: string }[];
  ItemProcessor?: Machine;
  [field: string]: unknown;
}
export interface Machine {
  StartAt: string;
  States: Record<string, State>;
  [field: string]: unknown;
}

const State: z.ZodType<State> = z.lazy(() =>
  z.looseObject({
    Type: z.string(),
    Next: z.string().optional(),
    Default: z.string().optional(),
    End: z.boolean().optional(),
    TimeoutSeconds: z.number().optional(),
    Retry: z.array(Retrier).optional(),
    Catch: z.array(Catcher).optional(),
    Choices: z.array(z.looseObject({ Next: z.string() })).optional(),
    ItemProcessor: Machine.optional(),
  }),
);
const Machine: z.ZodType<Machine> = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), State) });

export function definitionText(template: Template): string {
  const machine = one(template, 'AWS::StepFunctions::StateMachine');
  return z.string().parse(readable(machine.Properties['DefinitionString']));
}

export const definition = (template: Template): Machine => Machine.parse(JSON.parse(definitionText(template)));

/** Every state by name, also those inside of Maps. */
export function allStates(machine: Machine): Record<string, State> {
  const inner = Object.values(machine.States).map((state) =>
    state.ItemProcessor ? allStates(state.ItemProcessor) : {},
  );
  return Object.assign({}, machine.States, ...inner);
}

export function state(machine: Machine, name: string): State {
  const found = allStates(machine)[name];
  if (found === undefined) throw new Error(`no state ${name}`);
  return found;
}

/** Where a state can go without an error. */
export const successors = (s: State): string[] =>
  [s.Next, s.Default, ...(s.Choices ?? []).map((choice) => choice.Next)].filter((name) => name !== undefined);

/** Every JSONata expression of the definition, without its delimiters. */
export function expressions(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('{%') ? [value.slice(2, -2).trim()] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(expressions);
}
