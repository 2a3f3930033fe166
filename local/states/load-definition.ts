import * as z from 'zod';
import type { Json } from '../json.ts';
import { checkState } from './check-state.ts';
import { type Definition, type Processor, RawMachine, RawProcessor, RawState, type State } from './definition.ts';
import { isAllowedName } from './limits.ts';

/** The definition would be refused by CreateStateMachine, or uses what the embedded stack does not imitate. */
export class InvalidDefinitionError extends Error {
  override name = 'InvalidDefinitionError';
}

/** What is known while descending: names must be unique in the machine, variables must not shadow outer ones. */
interface Surroundings {
  path: string;
  stateNames: Set<string>;
  labels: Set<string>;
  outerVariables: ReadonlySet<string>;
}

export function loadDefinition(source: Json): Definition {
  const machine = parse(RawMachine, source, '');
  const surroundings = {
    path: '',
    stateNames: new Set<string>(),
    labels: new Set<string>(),
    outerVariables: new Set<string>(),
  };
  const states = loadStates(machine, surroundings);
  return { ...states, distributed: false, timeoutSeconds: machine.TimeoutSeconds };
}

function loadStates(
  raw: { StartAt: string; States: Record<string, Json> },
  at: Surroundings,
): Omit<Processor, 'distributed'> {
  const parsed = Object.entries(raw.States).map(([name, source]) => {
    const path = `${at.path}/States/${name}`;
    if (!isStateName(name)) throw new InvalidDefinitionError(`state name '${name}' is not allowed at ${path}`);
    if (at.stateNames.has(name)) throw new InvalidDefinitionError(`state name '${name}' is used twice at ${path}`);
    at.stateNames.add(name);
    return { name, path, state: parse(RawState, source, path) };
  });
  const own = parsed.flatMap(({ state }) => assignedNames(state));
  const shadowed = own.find((name) => at.outerVariables.has(name));
  if (shadowed !== undefined)
    throw new InvalidDefinitionError(`variable '${shadowed}' is assigned in an outer scope too, at ${at.path}/States`);
  const inside = { ...at, outerVariables: new Set([...at.outerVariables, ...own]) };
  const states = new Map(parsed.map(({ name, path, state }) => [name, complete(state, { ...inside, path })]));
  if (!states.has(raw.StartAt)) throw new InvalidDefinitionError(`MISSING_TRANSITION_TARGET: StartAt ${raw.StartAt}`);
  for (const { name, path, state } of parsed) {
    for (const problem of checkState(state, path)) throw new InvalidDefinitionError(problem);
    for (const target of targetsOf(state))
      if (!states.has(target)) throw new InvalidDefinitionError(`MISSING_TRANSITION_TARGET: ${target} at ${path}`);
    if (!hasOneEnd(state)) throw new InvalidDefinitionError(`state '${name}' needs either Next or End at ${path}`);
  }
  return { startAt: raw.StartAt, states };
}

function complete(state: z.infer<typeof RawState>, at: Surroundings): State {
  if (state.Type === 'Parallel') {
    const branches = state.Branches.map((source, index) =>
      loadProcessor(source, { ...at, path: `${at.path}/Branches[${index}]` }),
    );
    return { ...state, branches };
  }
  if (state.Type !== 'Map') return state;
  const path = `${at.path}/ItemProcessor`;
  const distributed = isDistributed(state.ItemProcessor, path);
  // A Distributed Map's children are executions of their own: they see no variable of the parent.
  const outerVariables = distributed ? new Set<string>() : at.outerVariables;
  if (distributed) checkLabel(state.Label, at);
  return { ...state, processor: loadProcessor(state.ItemProcessor, { ...at, path, outerVariables }) };
}

function loadProcessor(source: Json, at: Surroundings): Processor {
  const raw = parse(RawProcessor, source, at.path);
  return { ...loadStates(raw, at), distributed: isDistributed(source, at.path) };
}

function isDistributed(source: Json, path: string): boolean {
  const config = parse(RawProcessor, source, path).ProcessorConfig;
  if (config?.Mode !== 'DISTRIBUTED') return false;
  if (config.ExecutionType !== 'STANDARD')
    throw new InvalidDefinitionError(`ExecutionType must be STANDARD at ${path}`);
  return true;
}

/** The label is part of the children's ARNs, so two Maps cannot share one. */
function checkLabel(label: string | undefined, at: Surroundings): void {
  if (label === undefined) return;
  if (label.length > 40) throw new InvalidDefinitionError(`Label cannot exceed 40 characters at ${at.path}/Label`);
  if (!isAllowedName(label, 40))
    throw new InvalidDefinitionError(`Label '${label}' is not allowed at ${at.path}/Label`);
  if (at.labels.has(label)) throw new InvalidDefinitionError(`Label '${label}' is used twice at ${at.path}/Label`);
  at.labels.add(label);
}

function isStateName(name: string): boolean {
  return name.length >= 1 && name.length <= 80;
}

function targetsOf(state: z.infer<typeof RawState>): string[] {
  const caught = 'Catch' in state ? (state.Catch ?? []).map((catcher) => catcher.Next) : [];
  const chosen = state.Type === 'Choice' ? [state.Default, ...state.Choices.map((choice) => choice.Next)] : [];
  const next = 'Next' in state ? state.Next : undefined;
  return [next, ...caught, ...chosen].filter((target) => target !== undefined);
}

function hasOneEnd(state: z.infer<typeof RawState>): boolean {
  if (state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail') return true;
  return (state.Next === undefined) !== (state.End === undefined);
}

function assignedNames(state: z.infer<typeof RawState>): string[] {
  const holders = [
    'Assign' in state ? state.Assign : undefined,
    ...('Catch' in state ? (state.Catch ?? []).map((catcher) => catcher.Assign) : []),
    ...(state.Type === 'Choice' ? state.Choices.map((choice) => choice.Assign) : []),
  ];
  return holders.flatMap((assign) => Object.keys(assign ?? {}));
}

function parse<Shape extends z.ZodType>(schema: Shape, source: Json, path: string): z.infer<Shape> {
  const result = schema.safeParse(source);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.message} at ${[path, ...issue.path].join('/') || '/'}`);
  throw new InvalidDefinitionError(`SCHEMA_VALIDATION_FAILED: ${problems.join('; ')}`);
}
