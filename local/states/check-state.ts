import type * as z from 'zod';
import { isJsonObject, type Json } from '../json.ts';
import type { RawState } from './definition.ts';
import { expressionProblem } from './expression-check.ts';

type Raw = z.infer<typeof RawState>;

/** Fields that hold states of their own; these are checked when they are loaded. */
const nested = ['ItemProcessor', 'Branches'];
const distributedOnly = [
  'ItemReader',
  'ItemBatcher',
  'ResultWriter',
  'Label',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
] as const;

export function* checkState(state: Raw, path: string): Generator<string> {
  for (const [field, value] of Object.entries(state))
    if (!nested.includes(field)) yield* checkTemplate(value, `${path}/${field}`);
  for (const name of variableNames(state))
    if (!isVariableName(name)) yield `variable name '${name}' is not allowed at ${path}/Assign`;
  if (state.Type === 'Map') yield* checkMap(state, path);
}

function* checkTemplate(value: unknown, path: string): Generator<string> {
  if (typeof value === 'string') yield* checkText(value, path);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* checkTemplate(item, `${path}[${index}]`);
  else if (isJsonObject(value))
    for (const [key, item] of Object.entries(value)) yield* checkTemplate(item, `${path}/${key}`);
}

function* checkText(text: string, path: string): Generator<string> {
  const source = expressionSource(text);
  if (source !== undefined) {
    const problem = expressionProblem(source);
    if (problem !== undefined) yield `${problem} at ${path}`;
    return;
  }
  // AWS would take it as a literal: there is no interpolation, and no blank is allowed outside the delimiters.
  if (text.includes('{%') && text.includes('%}')) yield `an expression must be the whole text: '${text}' at ${path}`;
}

/** The JSONata between the delimiters, or undefined when the text is a literal. */
export function expressionSource(text: string): string | undefined {
  return /^\{%([\s\S]*)%\}$/.exec(text)?.[1]?.trim();
}

function* checkMap(state: Extract<Raw, { Type: 'Map' }>, path: string): Generator<string> {
  const distributed = isDistributed(state.ItemProcessor);
  if (!distributed)
    for (const field of distributedOnly)
      if (state[field] !== undefined) yield `${field} needs ProcessorConfig.Mode DISTRIBUTED at ${path}`;
  if (state.ItemReader !== undefined && state.Items !== undefined)
    yield `ItemReader and Items exclude each other at ${path}`;
  const reader = state.ItemReader;
  if (reader === undefined) return;
  const lists = reader.Resource.endsWith('listObjectsV2');
  if (!lists && (reader.Arguments.Key === undefined || reader.ReaderConfig === undefined))
    yield `s3:getObject needs Key and ReaderConfig at ${path}/ItemReader`;
}

function isDistributed(processor: Json): boolean {
  const config = isJsonObject(processor) ? processor['ProcessorConfig'] : undefined;
  return isJsonObject(config) && config['Mode'] === 'DISTRIBUTED';
}

function variableNames(state: Raw): string[] {
  const assigns = [
    'Assign' in state ? state.Assign : undefined,
    ...('Catch' in state ? (state.Catch ?? []).map((catcher) => catcher.Assign) : []),
    ...(state.Type === 'Choice' ? state.Choices.map((choice) => choice.Assign) : []),
  ];
  return assigns.flatMap((assign) => Object.keys(assign ?? {}));
}

/** Unicode identifiers of at most 80 characters; no sub-paths; `states` is taken. */
function isVariableName(name: string): boolean {
  return name.length <= 80 && name !== 'states' && /^[\p{ID_Start}_][\p{ID_Continue}_]*$/u.test(name);
}
