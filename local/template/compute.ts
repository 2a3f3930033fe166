import { join } from 'node:path';
import * as z from 'zod';
import { type Json, parseJson } from '../json.ts';
import { type ResolvedResource, type Resolver, UnsupportedTemplateError } from './intrinsics.ts';
import type { AssetManifest } from './raw-template.ts';

export interface FunctionModel {
  name: string;
  arn: string;
  memoryMb: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  /** Directory of the bundle, and `file.export` inside it. */
  assetDirectory: string;
  handler: string;
  roleArn: string;
}

const FunctionProperties = z.object({
  Runtime: z.string(),
  Handler: z.string(),
  Code: z.object({ S3Key: z.string() }),
  Role: z.string(),
  MemorySize: z.number().default(128),
  Timeout: z.number().max(900).default(3),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).optional(),
});

/** Lambda: "4 KB in all" for names and values of the environment (gettingstarted-limits). */
const environmentLimitBytes = 4096;

/** The Node functions. CDK's own helpers (Python, log retention) have no business on a laptop. */
export function readFunctions(resolver: Resolver, assets: AssetManifest, directory: string): FunctionModel[] {
  const resources = resolver.ofType('AWS::Lambda::Function');
  return resources
    .filter(({ properties }) => isNode(properties['Runtime']) && isBundle(properties['Handler']))
    .map((resource) => readFunction(resource, assets, directory));
}

const isNode = (runtime: Json | undefined): boolean => typeof runtime === 'string' && runtime.startsWith('nodejs');
/** CDK's custom resource providers ask for `__entrypoint__.handler`. */
const isBundle = (handler: Json | undefined): boolean => typeof handler === 'string' && !handler.startsWith('__');

function readFunction(resource: ResolvedResource, assets: AssetManifest, directory: string): FunctionModel {
  const properties = FunctionProperties.parse(resource.properties);
  const environment = properties.Environment?.Variables ?? {};
  const hash = properties.Code.S3Key.replace(/\.zip$/, '');
  const path = assets.files[hash]?.source.path;
  if (path === undefined) throw new UnsupportedTemplateError(`function ${resource.name} has no asset ${hash}`);
  const sizeBytes = Object.entries(environment).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  if (sizeBytes > environmentLimitBytes)
    throw new UnsupportedTemplateError(`the environment of ${resource.name} has ${sizeBytes} bytes, 4 KB are allowed`);
  return {
    name: resource.name,
    arn: resource.arn,
    memoryMb: properties.MemorySize,
    timeoutSeconds: properties.Timeout,
    environment,
    assetDirectory: join(directory, path),
    handler: properties.Handler,
    roleArn: properties.Role,
  };
}

export interface MachineModel {
  name: string;
  arn: string;
  roleArn: string;
  definition: Json;
}

const MachineProperties = z.object({
  DefinitionString: z.string().optional(),
  Definition: z.custom<Json>().optional(),
  DefinitionSubstitutions: z.record(z.string(), z.string()).default({}),
  StateMachineType: z.literal('STANDARD').default('STANDARD'),
  RoleArn: z.string(),
});

/** API limit: 1 MB for a definition (service-quotas). */
const definitionLimitBytes = 1024 * 1024;

export function readMachines(resolver: Resolver): MachineModel[] {
  return resolver.ofType('AWS::StepFunctions::StateMachine').map(({ name, arn, properties }) => {
    const machine = MachineProperties.parse(properties);
    const source = machine.DefinitionString ?? JSON.stringify(machine.Definition ?? null);
    if (Buffer.byteLength(source) > definitionLimitBytes)
      throw new UnsupportedTemplateError(`the definition of ${name} is larger than 1 MB`);
    const text = source.replaceAll(
      /\$\{([A-Za-z0-9_]+)\}/g,
      (whole, key: string) => machine.DefinitionSubstitutions[key] ?? whole,
    );
    return { name, arn, roleArn: machine.RoleArn, definition: parseJson(text) };
  });
}
