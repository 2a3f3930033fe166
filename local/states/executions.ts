import { setMaxListeners } from 'node:events';
import type { Activity } from '../activity.ts';
import { AwsError } from '../aws-json.ts';
import { systemClock } from '../clock.ts';
import type { Json } from '../json.ts';
import type { MachineModel } from '../template/compute.ts';
import type { Definition } from './definition.ts';
import { ExecutionStopped, StackClosed, StatesError } from './errors.ts';
import type { ExecutionEnd, ExecutionRecord } from './execution-record.ts';
import { ExecutionRegister } from './execution-register.ts';
import { checkSize, History, isAllowedName } from './limits.ts';
import { loadDefinition } from './load-definition.ts';
import type { Run } from './run.ts';
import { runStates } from './run-states.ts';
import type { WorkflowServices } from './services.ts';
import { StepJournal } from './step-journal.ts';

export interface ExecutionsOptions {
  directory: string;
  machines: readonly MachineModel[];
  servicesOf: (machine: MachineModel) => WorkflowServices;
  activity: Activity;
}

interface Loaded {
  model: MachineModel;
  definition: Definition;
  services: WorkflowServices;
}

/** The Step Functions service: machines, and executions that outlive the process. */
export class Executions {
  readonly #options: ExecutionsOptions;
  readonly #register: ExecutionRegister;
  readonly #machines: Map<string, Loaded>;
  readonly #open = new Map<string, { controller: AbortController; journal: StepJournal }>();
  #closed = false;

  constructor(options: ExecutionsOptions) {
    this.#options = options;
    this.#register = new ExecutionRegister(options.directory, Date.now());
    this.#machines = new Map(
      options.machines.map((model) => {
        const definition = loadDefinition(model.definition);
        return [model.arn, { model, definition, services: options.servicesOf(model) }];
      }),
    );
  }

  /** Goes on with what an earlier process left open. */
  resume(): void {
    for (const record of this.#register.all()) {
      if (record.status !== 'RUNNING') continue;
      if (this.#machines.has(record.machineArn)) this.#run(record, true);
      else this.#register.end(record.arn, machineDeleted());
    }
  }

  /** Same name and same input while it runs: the running one. Anything else of that name: refused, also when closed. */
  start(machineArn: string, name: string, input: Json): ExecutionRecord {
    const machine = this.#machine(machineArn);
    if (!isAllowedName(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    checkInput(input);
    const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.#register.get(arn);
    if (known !== undefined) {
      const same = known.status === 'RUNNING' && JSON.stringify(known.input) === JSON.stringify(input);
      if (same) return known;
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const record: ExecutionRecord = {
      arn,
      name,
      machineArn,
      input,
      definition: this.#register.saveDefinition(machine.model.definition),
      startedAt: new Date(machine.services.clock.now()).toISOString(),
      status: 'RUNNING',
    };
    this.#register.start(record);
    this.#run(record, false);
    return record;
  }

  describe(arn: string): ExecutionRecord {
    const record = this.#register.get(arn);
    if (record === undefined) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return record;
  }

  /** Newest first, as ListExecutions has them. */
  all(): ExecutionRecord[] {
    return this.#register.all().toReversed();
  }

  /** Stopping what has ended changes nothing. Returns the time of the end. */
  stop(arn: string, error?: string, cause?: string): ExecutionRecord {
    const record = this.describe(arn);
    if (record.status !== 'RUNNING') return record;
    const stopped = new ExecutionStopped('ABORTED', error, cause);
    this.#end(record, asEnd(stopped));
    return this.describe(arn);
  }

  close(): void {
    this.#closed = true;
    for (const { controller, journal } of this.#open.values()) {
      journal.close();
      controller.abort(new StackClosed('the embedded stack was closed'));
    }
    this.#register.close();
  }

  #machine(arn: string): Loaded {
    const machine = this.#machines.get(arn);
    if (machine === undefined) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  #run(record: ExecutionRecord, resumed: boolean): void {
    const { model, services } = this.#machine(record.machineArn);
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const journal = new StepJournal(this.#register.stepsPath(record));
    this.#open.set(record.arn, { controller, journal });
    const done = this.#options.activity.begin();
    services.onEvent({ type: 'ExecutionStarted', execution: record.name, resumed });
    const run = newRun(record, { model, services, journal });
    const definition = this.#definitionOf(record);
    void this.#drive(record, { run, definition, signal: controller.signal })
      .then((end) => this.#end(record, end))
      .catch((error: unknown) => {
        if (!this.#closed && !(error instanceof StackClosed)) throw error;
      })
      .finally(done);
    this.#watchTimeout(record, definition, controller);
  }

  #definitionOf(record: ExecutionRecord): Definition {
    return loadDefinition(this.#register.loadDefinition(record.definition));
  }

  async #drive(
    record: ExecutionRecord,
    { run, definition, signal }: { run: Run; definition: Definition; signal: AbortSignal },
  ): Promise<ExecutionEnd> {
    const scope = { run, processor: definition, path: '', outerVariables: {}, context: {}, signal };
    try {
      const output = await runStates(scope, record.input);
      run.history.add(1); // ExecutionSucceeded
      return { status: 'SUCCEEDED', output, ...counts(run) };
    } catch (error) {
      if (error instanceof StatesError)
        return { status: 'FAILED', error: error.errorName, cause: error.causeText, ...counts(run, 1) };
      throw error;
    }
  }

  /** The first end counts; a stopped execution may still be unwinding. */
  #end(record: ExecutionRecord, end: ExecutionEnd): void {
    const open = this.#open.get(record.arn);
    if (open === undefined || this.#closed) return;
    this.#open.delete(record.arn);
    const { services } = this.#machine(record.machineArn);
    this.#register.end(record.arn, { ...end, stoppedAt: new Date(services.clock.now()).toISOString() });
    open.journal.discard();
    open.controller.abort(new StackClosed('the execution has ended'));
    const { status, error, cause } = end;
    const failure = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
    services.onEvent({ type: 'ExecutionEnded', execution: record.name, status, ...failure });
  }

  /** `TimeoutSeconds` of the machine, counted from the start, restarts included. */
  #watchTimeout(record: ExecutionRecord, definition: Definition, controller: AbortController): void {
    if (definition.timeoutSeconds === undefined) return;
    const untilMs = Date.parse(record.startedAt) + definition.timeoutSeconds * 1000;
    systemClock.sleepUntil(untilMs, controller.signal).then(
      () => this.#end(record, asEnd(new ExecutionStopped('TIMED_OUT'))),
      () => undefined,
    );
  }
}

/** A machine that left the template ends its executions, as deleting it does in AWS. */
function machineDeleted(): ExecutionEnd {
  const stoppedAt = new Date().toISOString();
  return { status: 'FAILED', error: 'States.Runtime', cause: 'The state machine has been deleted.', stoppedAt };
}

function checkInput(input: Json): void {
  try {
    checkSize(input, 'input of the execution');
  } catch (error) {
    throw new AwsError('InvalidExecutionInput', error instanceof Error ? error.message : String(error));
  }
}

function asEnd({ status, errorName, causeText }: ExecutionStopped): ExecutionEnd {
  return {
    status,
    ...(errorName === undefined ? {} : { error: errorName }),
    ...(causeText === undefined ? {} : { cause: causeText }),
  };
}

/** ExecutionFailed is an event too, and the one that still fits when all others are used up. */
function counts({ history }: Run, failedEvents = 0): Pick<ExecutionEnd, 'eventCount' | 'transitionCount'> {
  return { eventCount: history.eventCount + failedEvents, transitionCount: history.transitionCount };
}

function newRun(
  record: ExecutionRecord,
  { model, services, journal }: { model: MachineModel; services: WorkflowServices; journal: StepJournal },
): Run {
  const before = journal.counts('');
  return {
    label: record.name,
    path: '',
    machine: model,
    context: {
      Execution: {
        Id: record.arn,
        Input: record.input,
        Name: record.name,
        RoleArn: model.roleArn,
        StartTime: record.startedAt,
        RedriveCount: 0,
      },
      StateMachine: { Id: model.arn, Name: model.name },
    },
    history: new History(before?.events, before?.transitions),
    journal,
    services,
    runStates,
  };
}
