import type { Assembly } from '../assembly.ts';
import { readPolicies, type Statement } from './policies.ts';
import { type FunctionModel, type MachineModel, readFunctions, readMachines } from './compute.ts';
import { createResolver, type Resolver, UnsupportedTemplateError } from './intrinsics.ts';
import { localPlacement } from './names.ts';
import { type BucketModel, type KeyModel, readBuckets, readKeys, readTables, type TableModel } from './storage.ts';
import {
  type AsyncModel,
  readAsyncConfigs,
  readRules,
  readSchedules,
  type RuleModel,
  type ScheduleModel,
} from './triggers.ts';

/** All that the embedded stack takes from the template. */
export interface StackModel {
  account: string;
  region: string;
  buckets: BucketModel[];
  tables: TableModel[];
  keys: KeyModel[];
  functions: FunctionModel[];
  machines: MachineModel[];
  rules: RuleModel[];
  schedules: ScheduleModel[];
  asyncConfigs: AsyncModel[];
  /** By role ARN. */
  policies: ReadonlyMap<string, Statement[]>;
  outputs: Record<string, string>;
}

export function readStack(assembly: Assembly): StackModel {
  const placement = localPlacement(assembly.stackName);
  const resolver = createResolver(assembly.template, placement);
  return {
    account: placement.account,
    region: placement.region,
    buckets: readBuckets(resolver),
    tables: readTables(resolver),
    keys: readKeys(resolver),
    functions: readFunctions(resolver, assembly.assets, assembly.directory),
    machines: readMachines(resolver),
    rules: readRules(resolver),
    schedules: readSchedules(resolver),
    asyncConfigs: readAsyncConfigs(resolver),
    policies: readPolicies(resolver),
    outputs: readOutputs(resolver),
  };
}

function readOutputs(resolver: Resolver): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [name, output] of Object.entries(resolver.template.Outputs)) {
    const value = resolver.resolve(output.Value);
    if (typeof value !== 'string') throw new UnsupportedTemplateError(`output ${name} is no text`);
    outputs[name] = value;
  }
  return outputs;
}
