import * as z from 'zod';
import type { Json, JsonObject } from '../json.ts';

/**
 * The JSONata dialect of the States language, as far as it is imitated. Every object is strict: a field that is not
 * here (JSONPath's, or one not implemented) is refused when the machine is loaded, never ignored.
 */
const Template = z.custom<Json>((value) => value !== undefined);
const Expression = z.string().regex(/^\{%[\s\S]*%\}$/, 'must be a {% JSONata %} expression');
const NumberOrExpression = z.union([z.number(), Expression]);
const Assign = z.record(z.string(), Template);

const QueryLanguage = z
  .literal('JSONata', { error: "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine" })
  .optional();
const described = { Comment: z.string().optional(), QueryLanguage };
const flow = { Next: z.string().optional(), End: z.literal(true).optional() };
const data = { Assign: Assign.optional(), Output: Template.optional() };

const ErrorEquals = z
  .array(z.string())
  .min(1)
  .refine((names) => names.length === 1 || !names.includes('States.ALL'), 'States.ALL must appear alone');
const Retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals,
  IntervalSeconds: z.number().int().min(1).max(99_999_999).default(1),
  MaxAttempts: z.number().int().min(0).max(99_999_999).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.number().int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['NONE', 'FULL']).default('NONE'),
});
export type Retrier = z.infer<typeof Retrier>;
const Catcher = z.strictObject({ Comment: z.string().optional(), ErrorEquals, Next: z.string(), ...data });
export type Catcher = z.infer<typeof Catcher>;

const allLast = (items: readonly { ErrorEquals: string[] }[]) =>
  items.slice(0, -1).every((item) => !item.ErrorEquals.includes('States.ALL'));
const recovery = {
  Retry: z.array(Retrier).refine(allLast, 'States.ALL must be in the last retrier').optional(),
  Catch: z.array(Catcher).refine(allLast, 'States.ALL must be in the last catcher').optional(),
};

const TaskState = z.strictObject({
  ...described,
  ...flow,
  ...data,
  ...recovery,
  Type: z.literal('Task'),
  Resource: z.literal('arn:aws:states:::lambda:invoke', { error: 'only arn:aws:states:::lambda:invoke is supported' }),
  Arguments: z.strictObject({ FunctionName: z.string(), Payload: Template.optional() }),
  TimeoutSeconds: NumberOrExpression.optional(),
});
const PassState = z.strictObject({ ...described, ...flow, ...data, Type: z.literal('Pass') });
const SucceedState = z.strictObject({ ...described, Type: z.literal('Succeed'), Output: Template.optional() });
const FailState = z.strictObject({
  ...described,
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
const WaitState = z
  .strictObject({
    ...described,
    ...flow,
    ...data,
    Type: z.literal('Wait'),
    Seconds: NumberOrExpression.optional(),
    Timestamp: z.string().optional(),
  })
  .refine((state) => (state.Seconds === undefined) !== (state.Timestamp === undefined), 'needs Seconds or Timestamp');
const ChoiceRule = z.strictObject({ Comment: z.string().optional(), Condition: Expression, Next: z.string(), ...data });
const ChoiceState = z.strictObject({
  ...described,
  ...data,
  Type: z.literal('Choice'),
  Choices: z.array(ChoiceRule).min(1),
  Default: z.string().optional(),
});
const ParallelState = z.strictObject({
  ...described,
  ...flow,
  ...data,
  ...recovery,
  Type: z.literal('Parallel'),
  Arguments: Template.optional(),
  Branches: z.array(z.custom<Json>()).min(1),
});

const Delimiter = z.enum(['COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB']);
const ItemReader = z.strictObject({
  Resource: z.enum(['arn:aws:states:::s3:getObject', 'arn:aws:states:::s3:listObjectsV2']),
  Arguments: z.strictObject({
    Bucket: z.string(),
    Key: z.string().optional(),
    VersionId: z.string().optional(),
    Prefix: z.string().optional(),
    ExpectedBucketOwner: z.string().optional(),
  }),
  ReaderConfig: z
    .strictObject({
      InputType: z.enum(['CSV', 'JSON', 'JSONL']),
      CSVDelimiter: Delimiter.optional(),
      CSVHeaderLocation: z.enum(['FIRST_ROW', 'GIVEN']).optional(),
      CSVHeaders: z.array(z.string()).optional(),
      MaxItems: NumberOrExpression.optional(),
    })
    .optional(),
});
export type ItemReader = z.infer<typeof ItemReader>;
const ItemBatcher = z.strictObject({
  BatchInput: z.custom<JsonObject>().optional(),
  MaxItemsPerBatch: NumberOrExpression.optional(),
  MaxInputBytesPerBatch: NumberOrExpression.optional(),
});
const WriterConfig = z.strictObject({
  Transformation: z.enum(['NONE', 'COMPACT', 'FLATTEN']).optional(),
  OutputType: z.enum(['JSON', 'JSONL']).optional(),
});
const ResultWriter = z.strictObject({
  Resource: z.literal('arn:aws:states:::s3:putObject'),
  Arguments: z.strictObject({ Bucket: z.string(), Prefix: z.string().optional() }),
  WriterConfig: WriterConfig.optional(),
});
export type ResultWriter = z.infer<typeof ResultWriter>;

const MapState = z.strictObject({
  ...described,
  ...flow,
  ...data,
  ...recovery,
  Type: z.literal('Map'),
  Items: Template.optional(),
  ItemReader: ItemReader.optional(),
  ItemSelector: Template.optional(),
  ItemBatcher: ItemBatcher.optional(),
  ItemProcessor: z.custom<Json>(),
  MaxConcurrency: NumberOrExpression.optional(),
  ToleratedFailureCount: NumberOrExpression.optional(),
  ToleratedFailurePercentage: NumberOrExpression.optional(),
  ResultWriter: ResultWriter.optional(),
  Label: z.string().optional(),
});

export const RawState = z.discriminatedUnion('Type', [
  TaskState,
  PassState,
  SucceedState,
  FailState,
  WaitState,
  ChoiceState,
  ParallelState,
  MapState,
]);
export const RawProcessor = z.strictObject({
  Comment: z.string().optional(),
  QueryLanguage,
  StartAt: z.string(),
  States: z.record(z.string(), z.custom<Json>()),
  ProcessorConfig: z
    .strictObject({
      Mode: z.enum(['INLINE', 'DISTRIBUTED']).optional(),
      ExecutionType: z.enum(['STANDARD']).optional(),
    })
    .optional(),
});
export const RawMachine = z.strictObject({
  Comment: z.string().optional(),
  QueryLanguage: z.literal('JSONata', { error: "QueryLanguage must be 'JSONata' for the whole state machine" }),
  StartAt: z.string(),
  States: z.record(z.string(), z.custom<Json>()),
  TimeoutSeconds: z.number().int().min(1).max(99_999_999).optional(),
  Version: z.literal('1.0').optional(),
});

export type TaskState = z.infer<typeof TaskState>;
export type PassState = z.infer<typeof PassState>;
export type SucceedState = z.infer<typeof SucceedState>;
export type FailState = z.infer<typeof FailState>;
export type WaitState = z.infer<typeof WaitState>;
export type ChoiceState = z.infer<typeof ChoiceState>;
export type ParallelState = z.infer<typeof ParallelState> & { branches: Processor[] };
export type MapState = z.infer<typeof MapState> & { processor: Processor };
export type State =
  TaskState | PassState | SucceedState | FailState | WaitState | ChoiceState | ParallelState | MapState;

/** A checked set of states: a machine, a branch, or what a Map runs for each item. */
export interface Processor {
  startAt: string;
  states: ReadonlyMap<string, State>;
  distributed: boolean;
}

export interface Definition extends Processor {
  timeoutSeconds: number | undefined;
}
