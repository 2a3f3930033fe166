/** The synthesized template, read back the way a test wants to ask it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { buildApp } from '../../infra/build-app.ts';

export const stubEntry = (): string => fileURLToPath(new URL('handler-stub.ts', import.meta.url));

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});
const Template = z.object({
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.unknown()),
});
export type Resource = z.infer<typeof Resource>;
export type Template = z.infer<typeof Template>;

export function synthesize(): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'mailferry-synth-'));
  const assembly = buildApp({ outdir, bundle: false, entryOf: stubEntry }).synth();
  const template = Template.parse(assembly.getStackByName('mailferry').template);
  rmSync(outdir, { recursive: true });
  return template;
}

/** `[logical id, resource]` of a type. */
export function ofType(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** The only resource of a type whose logical id starts so. */
export function one(template: Template, type: string, idPrefix = ''): Resource {
  const found = ofType(template, type).filter(([id]) => id.startsWith(idPrefix));
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} resources ${type} ${idPrefix}`);
  return first[1];
}

/**
 * Values as text one can compare: references become `<LogicalId>` or `<LogicalId.Attribute>` without the hash that the
 * CDK appends.
 */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (value === null || typeof value !== 'object') return value;
  const [[key, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && key === 'Ref') return `<${shortId(z.string().parse(argument))}>`;
  if (more.length === 0 && key === 'Fn::GetAtt')
    return `<${z.array(z.string()).parse(argument).map(shortId).join('.')}>`;
  if (more.length === 0 && key === 'Fn::Join') {
    const [separator, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(argument);
    return parts.map((part) => String(readable(part))).join(separator);
  }
  if (more.length === 0 && key === 'Fn::Select') return '<name>';
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, readable(inner)]));
}

const shortId = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');

const oneOrMore = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
export const Statement = z.object({
  Effect: z.string(),
  Action: oneOrMore,
  Resource: oneOrMore.default([]),
  Principal: z.unknown().optional(),
  Condition: z.unknown().optional(),
});
export type Statement = z.infer<typeof Statement>;
const Policy = z.object({ PolicyDocument: z.object({ Statement: z.array(Statement) }) });

/** All statements of the identity policies whose logical id starts so. */
export function statements(template: Template, idPrefix: string): Statement[] {
  return ofType(template, 'AWS::IAM::Policy')
    .filter(([id]) => id.startsWith(idPrefix))
    .flatMap(([, { Properties }]) => Policy.parse(readable(Properties)).PolicyDocument.Statement);
}

/** Resources on which an action is allowed. */
export function allowed(list: Statement[], action: string): string[] {
  return list.filter((s) => s.Effect === 'Allow' && s.Action.includes(action)).flatMap((s) => s.Resource);
}
