import * as z from 'zod';
import { variables } from './names.ts';

const Environment = z.object({
  [variables.table]: z.string().min(1),
  [variables.intakeBucket]: z.string().min(1),
  [variables.dataBucket]: z.string().min(1),
  [variables.keyId]: z.string().optional(),
  [variables.stateMachineArn]: z.string().optional(),
});

export interface Environment {
  table: string;
  intakeBucket: string;
  dataBucket: string;
  /** Only of functions that may encrypt or decrypt credentials. */
  keyId: string | undefined;
  /** Only of StartPass: a function that is a task of the machine cannot name it (circular dependency). */
  stateMachineArn: string | undefined;
}

export function parseEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const e = Environment.parse(env);
  return {
    table: e[variables.table],
    intakeBucket: e[variables.intakeBucket],
    dataBucket: e[variables.dataBucket],
    keyId: e[variables.keyId],
    stateMachineArn: e[variables.stateMachineArn],
  };
}
