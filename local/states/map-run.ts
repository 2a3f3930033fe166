import type { Json, JsonObject } from '../json.ts';
import type { Run } from './run.ts';
import type { ChildResult, ChildStart } from './step-journal.ts';

export interface MapRun {
  machine: Run['machine'];
  label: string;
  uuid: string;
}

export interface EndedChild {
  index: number;
  start: ChildStart;
  result: ChildResult;
}

export const mapRunArn = ({ machine, label, uuid }: MapRun): string =>
  `${machine.arn.replace(':stateMachine:', ':mapRun:')}/${label}:${uuid}`;

export const childMachineArn = ({ machine, label }: MapRun): string => `${machine.arn}/${label}`;

export const childArn = ({ machine, label }: MapRun, childName: string): string =>
  `${machine.arn.replace(':stateMachine:', ':execution:')}/${label}:${childName}`;

/** `$states.context` of a child: no `Map`, nothing of the parent (recorded 2026-09-23). */
export function childIdentity(parent: JsonObject, mapRun: MapRun, child: ChildStart & { input: Json }): JsonObject {
  const { Execution: execution } = parent;
  const roleArn =
    execution !== null && typeof execution === 'object' && 'RoleArn' in execution ? execution['RoleArn'] : undefined;
  return {
    Execution: {
      Id: childArn(mapRun, child.name),
      Input: child.input,
      Name: child.name,
      RoleArn: roleArn ?? null,
      StartTime: child.startedAt,
      RedriveCount: 0,
    },
    StateMachine: { Id: childMachineArn(mapRun), Name: mapRun.machine.name },
  };
}
