/** What CreateStateMachine refuses is refused when the stack is loaded, not when a state is reached. */
import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../local/json.ts';
import { InvalidDefinitionError, loadDefinition } from '../../local/states/load-definition.ts';

const machine = (states: JsonObject, rest: JsonObject = {}): Json => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
  ...rest,
});
const done: Json = { Type: 'Succeed' };
const one = (state: JsonObject): Json => machine({ A: { Next: 'B', ...state }, B: done });
const output = (expression: string): Json => one({ Type: 'Pass', Output: { v: `{% ${expression} %}` } });
const task: JsonObject = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f' },
};
const processor = (mode: string, states: JsonObject = { In: done }): Json => ({
  ProcessorConfig: mode === 'DISTRIBUTED' ? { Mode: mode, ExecutionType: 'STANDARD' } : { Mode: mode },
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
});
const map = (mode: string, rest: JsonObject = {}): JsonObject => ({
  Type: 'Map',
  ItemProcessor: processor(mode),
  ...rest,
});
const assigning = (name: string): JsonObject => ({ Type: 'Pass', Assign: { [name]: 1 }, End: true });

const refused: [string, Json, RegExp][] = [
  ['an unknown field', one({ Type: 'Pass', Reslut: 1 }), /Unrecognized key: "Reslut" at \/States\/A/],
  ['a field of JSONPath', one({ Type: 'Pass', ResultPath: '$.x' }), /Unrecognized key: "ResultPath"/],
  ['Parameters instead of Arguments', one({ ...task, Parameters: {} }), /Unrecognized key: "Parameters"/],
  ['a machine in JSONPath', { ...Object(machine({ A: done })), QueryLanguage: 'JSONPath' }, /must be 'JSONata'/],
  [
    'a state in JSONPath',
    one({ Type: 'Pass', QueryLanguage: 'JSONPath' }),
    /'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine/,
  ],
  ['another integration', one({ ...task, Resource: 'arn:aws:states:::sqs:sendMessage' }), /only .*lambda:invoke/],
  ['Next and End', one({ Type: 'Pass', End: true }), /either Next or End/],
  ['a target that is not there', one({ Type: 'Pass', Next: 'C' }), /MISSING_TRANSITION_TARGET: C/],
  ['States.ALL beside others', one({ ...task, Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] }), /must appear alone/],
  [
    'States.ALL before others',
    one({ ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] }),
    /last retrier/,
  ],
  ['the operator ??', output('$states.input.a ?? 1'), /INVALID_JSONATA_EXPRESSION/],
  ['the operator ?:', output('$states.input.a ?: 1'), /INVALID_JSONATA_EXPRESSION/],
  ['the function $eval', output("$eval('1')"), /\$eval does not exist/],
  [
    'a name at the top level',
    output('x'),
    /Reference to 'x' at the top level is not supported. at \/States\/A\/Output/,
  ],
  ['$ at the top level', output('$'), /Reference to '\$' at the top level/],
  ['$$ anywhere', output('$states.input.items[$$.x = 1]'), /Reference to '\$\$'/],
  ['a blank before the delimiter', one({ Type: 'Pass', Output: ' {% 1 %}' }), /must be the whole text/],
  ['an expression inside a text', one({ Type: 'Pass', Output: 'a{% 1 %}b' }), /must be the whole text/],
  ['a variable called states', one({ Type: 'Pass', Assign: { states: 1 } }), /variable name 'states'/],
  ['a variable with a path', one({ Type: 'Pass', Assign: { 'a.b': 1 } }), /variable name 'a.b'/],
  [
    'a variable that hides an outer one',
    machine({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'M' },
      M: { ...map('INLINE'), ItemProcessor: processor('INLINE', { In: assigning('x') }), End: true },
    }),
    /'x' is assigned in an outer scope/,
  ],
  ['a reader of an inline Map', one(map('INLINE', { ToleratedFailurePercentage: 1 })), /needs .*DISTRIBUTED/],
  ['a label of 41 characters', one(map('DISTRIBUTED', { Label: 'x'.repeat(41) })), /cannot exceed 40 characters/],
  ['a label with a blank', one(map('DISTRIBUTED', { Label: 'a b' })), /Label 'a b' is not allowed/],
  ['a ResultWriter with nothing in it', one(map('DISTRIBUTED', { ResultWriter: {} })), /ResultWriter/],
  [
    'the same state name in a Map',
    machine({ A: { ...map('INLINE'), ItemProcessor: processor('INLINE', { A: done }), End: true } }),
    /used twice/,
  ],
];

describe('a definition is refused for', () => {
  test.each(refused)('%s', (_name, source, message) => {
    const load = () => loadDefinition(source);
    expect(load).toThrow(InvalidDefinitionError);
    expect(load).toThrow(message);
  });
});

const accepted: [string, Json][] = [
  ['a filter, whose names are relative', output('$states.input.items[a = 1].b')],
  ['a map with a context of its own', output('$states.input.items.{ "v": $, "w": $.x }')],
  ['a lambda', output('$map($states.input.items, function($v) { $v.x })')],
  ['functions that Step Functions adds', output('[$uuid(), $hash("a", "MD5"), $random(42), $range(1, 3, 1)]')],
  [
    'a variable of the same name in a Distributed child',
    machine({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'M' },
      M: { ...map('DISTRIBUTED'), ItemProcessor: processor('DISTRIBUTED', { In: assigning('x') }), End: true },
    }),
  ],
];

describe('a definition may have', () => {
  test.each(accepted)('%s', (_name, source) => {
    expect(() => loadDefinition(source)).not.toThrow();
  });
});
