import type { Json, JsonObject } from '../json.ts';
import type { MachineModel } from '../template/compute.ts';
import type { Processor } from './definition.ts';
import type { History } from './limits.ts';
import type { WorkflowServices } from './services.ts';
import type { StepJournal } from './step-journal.ts';

/** One execution, or one child of a Distributed Map: what has a history of its own. */
export interface Run {
  /** Name in events: of the execution, or the child's UUID. */
  label: string;
  /** Key of its counters in the journal: the child's path, or empty. */
  path: string;
  machine: Pick<MachineModel, 'name' | 'arn'>;
  /** `Execution` and `StateMachine` of `$states.context`. */
  context: JsonObject;
  history: History;
  journal: StepJournal;
  services: WorkflowServices;
  /** Runs a nested set of states; here and not imported, because Map and the states it holds need each other. */
  runStates: (scope: Scope, input: Json) => Promise<Json>;
}

/** A set of states being run: the machine itself, an iteration, a branch or a child. */
export interface Scope {
  run: Run;
  processor: Processor;
  /** Ends with a slash unless it is empty. */
  path: string;
  outerVariables: Readonly<JsonObject>;
  /** `Map` in an inline iteration, else nothing. */
  context: JsonObject;
  signal: AbortSignal;
}

/** One state being run. */
export interface Visit {
  scope: Scope;
  name: string;
  path: string;
  input: Json;
  variables: Readonly<JsonObject>;
  enteredAtMs: number;
  entryEventId: number;
  /** Retries so far. */
  retryCount: number;
}

/** What a state leaves behind. */
export interface Outcome {
  output: Json;
  assign?: JsonObject | undefined;
  next: string | null;
}
