import { type Json, isJsonObject, type JsonObject } from '../json.ts';

export type Matcher = (event: Json | undefined) => boolean;

export class UnsupportedPatternError extends Error {
  override name = 'UnsupportedPatternError';
}

/** An EventBridge pattern: nested objects, whose leaves are lists of alternatives (eb-event-patterns). */
export function compilePattern(pattern: Json): Matcher {
  if (!isJsonObject(pattern))
    throw new UnsupportedPatternError(`a pattern must be an object: ${JSON.stringify(pattern)}`);
  const fields = Object.entries(pattern).map(([name, wanted]) => {
    const matches = Array.isArray(wanted) ? compileLeaf(wanted) : compilePattern(wanted);
    return (event: JsonObject): boolean => matches(event[name]);
  });
  return (event) => fields.every((field) => field(isJsonObject(event) ? event : {}));
}

/** A list in the event matches when one of its elements does. */
function compileLeaf(alternatives: Json[]): Matcher {
  const matchers = alternatives.map(compileAlternative);
  return (value) => {
    const candidates = Array.isArray(value) ? value : [value];
    return matchers.some((matches) => candidates.some((candidate) => matches(candidate)));
  };
}

function compileAlternative(alternative: Json): Matcher {
  if (Array.isArray(alternative)) throw new UnsupportedPatternError('a list inside a list of alternatives');
  if (!isJsonObject(alternative)) return (value) => value === alternative;
  const [entry, ...more] = Object.entries(alternative);
  if (entry === undefined || more.length > 0)
    throw new UnsupportedPatternError(`expected one operator in ${JSON.stringify(alternative)}`);
  const compile = operators[entry[0]];
  if (compile === undefined) throw new UnsupportedPatternError(`unsupported operator ${entry[0]}`);
  return compile(entry[1]);
}

const operators: Readonly<Record<string, (operand: Json) => Matcher>> = {
  prefix: (operand) => onText((text) => text.startsWith(textOperand(operand))),
  suffix: (operand) => onText((text) => text.endsWith(textOperand(operand))),
  wildcard: (operand) => wildcard(textOperand(operand)),
  exists: (operand) => (value) => (value !== undefined) === operand,
  'anything-but': anythingBut,
  numeric,
};

const onText =
  (test: (text: string) => boolean): Matcher =>
  (value) =>
    typeof value === 'string' && test(value);

function textOperand(operand: Json): string {
  if (typeof operand !== 'string') throw new UnsupportedPatternError(`expected a text: ${JSON.stringify(operand)}`);
  return operand;
}

function wildcard(pattern: string): Matcher {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return onText((text) => expression.test(text));
}

function anythingBut(operand: Json): Matcher {
  if (isJsonObject(operand)) {
    const excluded = compileAlternative(operand);
    return (value) => value !== undefined && !excluded(value);
  }
  const excluded = Array.isArray(operand) ? operand : [operand];
  return (value) => value !== undefined && !excluded.some((item) => item === value);
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `[">", 0, "<=", 5]` */
function numeric(operand: Json): Matcher {
  if (!Array.isArray(operand) || operand.length % 2 !== 0) throw new UnsupportedPatternError('numeric needs pairs');
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const [operator, bound] = [operand[index], operand[index + 1]];
    const compare = typeof operator === 'string' ? comparisons[operator] : undefined;
    if (compare === undefined || typeof bound !== 'number')
      throw new UnsupportedPatternError(`unsupported numeric comparison ${JSON.stringify(operand)}`);
    tests.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}
