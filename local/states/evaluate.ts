import jsonata from 'jsonata';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../json.ts';
import { expressionSource } from './check-state.ts';
import { StatesError } from './errors.ts';
import { addedFunctions } from './jsonata-functions.ts';

/** Everything an expression of one state can see, fixed when the state is entered. */
export interface Evaluation {
  state: string;
  /** Id of the state's Entered event; part of AWS's error texts. */
  entryEventId: number;
  variables: Readonly<JsonObject>;
  states: JsonObject;
}

const compiled = new Map<string, jsonata.Expression>();

function compile(source: string): jsonata.Expression {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const expression = jsonata(source);
  compiled.set(source, expression);
  return expression;
}

/** Literals stay, `{% … %}` are evaluated. `field` names the place for error texts: `Output/result`. */
export async function evaluate(template: Json, field: string, scope: Evaluation): Promise<Json> {
  if (typeof template === 'string') {
    const source = expressionSource(template);
    return source === undefined ? template : evaluateSource(source, field, scope);
  }
  if (Array.isArray(template)) {
    const items: Json[] = [];
    for (const [index, item] of template.entries()) items.push(await evaluate(item, `${field}[${index}]`, scope));
    return items;
  }
  if (!isJsonObject(template)) return template;
  const object: JsonObject = {};
  for (const [key, item] of Object.entries(template)) object[key] = await evaluate(item, `${field}/${key}`, scope);
  return object;
}

async function evaluateSource(source: string, field: string, scope: Evaluation): Promise<Json> {
  const bindings = { ...addedFunctions, ...scope.variables, states: scope.states };
  const fail = (problem: string): StatesError =>
    queryError(scope, `The JSONata expression '${source}' specified for the field '${field}' ${problem}`);
  let result: unknown;
  try {
    result = await compile(source).evaluate(undefined, bindings);
  } catch (error) {
    throw fail(`threw an error during evaluation. ${describe(error)}`);
  }
  if (result === undefined || typeof result === 'function') throw fail('returned nothing (undefined).');
  // jsonata marks its arrays with properties of its own, and a sequence may be shared with the input.
  return parseJson(JSON.stringify(result));
}

function describe(error: unknown): string {
  if (error !== null && typeof error === 'object' && 'code' in error && 'message' in error)
    return `${String(error.code)}: ${String(error.message)}`;
  return String(error);
}

/** AWS's own words (recorded 2024-11 and 2026-08); tools match on them. */
export function queryError(scope: Evaluation, problem: string): StatesError {
  const where = `An error occurred while executing the state '${scope.state}' (entered at the event id #${scope.entryEventId}).`;
  return new StatesError('States.QueryEvaluationError', `${where} ${problem}`);
}

interface Kinds {
  array: Json[];
  boolean: boolean;
  number: number;
  string: string;
}

const checks: { [Kind in keyof Kinds]: (value: Json) => value is Kinds[Kind] } = {
  array: (value): value is Json[] => Array.isArray(value),
  boolean: (value): value is boolean => typeof value === 'boolean',
  number: (value): value is number => typeof value === 'number',
  string: (value): value is string => typeof value === 'string',
};

/** Evaluates a field whose result must be of one type. */
export async function evaluateAs<Kind extends keyof Kinds>(
  kind: Kind,
  template: Json,
  field: string,
  scope: Evaluation,
): Promise<Kinds[Kind]> {
  const value = await evaluate(template, field, scope);
  if (checks[kind](value)) return value;
  const found = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const source = typeof template === 'string' ? (expressionSource(template) ?? template) : JSON.stringify(template);
  throw queryError(
    scope,
    `The JSONata expression '${source}' specified for the field '${field}' returned an unexpected result type. ` +
      `Expected '${kind}', but was '${found}' for value: ${JSON.stringify(value)}`,
  );
}

/** A whole number in a range, for Seconds, MaxConcurrency and the like. */
export async function evaluateInteger(
  template: Json,
  range: { field: string; least: number; most: number },
  scope: Evaluation,
): Promise<number> {
  const value = await evaluateAs('number', template, range.field, scope);
  if (Number.isInteger(value) && value >= range.least && value <= range.most) return value;
  throw queryError(
    scope,
    `The field '${range.field}' must be an integer from ${range.least} to ${range.most}, but was ${value}.`,
  );
}
