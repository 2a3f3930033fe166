import { type Json, isJsonObject, type JsonObject } from '../json.ts';
import { arnOf, attributeOf, nameOf, type Placement, referenceOf } from './names.ts';
import { RawTemplate } from './raw-template.ts';

/** An intrinsic that the embedded stack does not know: better to stop than to run with another meaning than AWS's. */
export class UnsupportedTemplateError extends Error {
  override name = 'UnsupportedTemplateError';
}

export interface Resolver {
  readonly template: RawTemplate;
  readonly placement: Placement;
  resolve(value: Json): Json | undefined;
  /** Resources of one type, properties resolved. Others are never resolved: their intrinsics may be unknown to us. */
  ofType(type: string): ResolvedResource[];
}

export interface ResolvedResource {
  logicalId: string;
  name: string;
  arn: string;
  properties: JsonObject;
}

type Intrinsic = (argument: Json) => Json | undefined;

/** CloudFormation as CDK synthesizes it -> plain values. */
export function createResolver(template: RawTemplate, placement: Placement): Resolver {
  const intrinsics: Record<string, Intrinsic> = {
    Ref: (id) => reference(text(id)),
    'Fn::GetAtt': (path) => attribute(path),
    'Fn::Join': (argument) => {
      const [separator, parts] = pair(argument);
      return list(resolve(parts)).map(text).join(text(separator));
    },
    'Fn::Select': (argument) => {
      const [index, values] = pair(argument);
      return list(resolve(values))[Number(index)];
    },
    'Fn::Split': (argument) => {
      const [separator, value] = pair(argument);
      return text(resolve(value)).split(text(separator));
    },
    'Fn::Sub': (argument) => substitute(argument),
  };

  function resource(id: string): RawTemplate['Resources'][string] {
    const found = template.Resources[id];
    if (found === undefined)
      throw new UnsupportedTemplateError(`the template refers to ${id}, which it does not define`);
    return found;
  }
  const identity = (id: string) => ({ logicalId: id, ...resource(id), name: nameOf(id, resource(id), placement) });

  function reference(id: string): Json | undefined {
    if (id === 'AWS::NoValue') return undefined;
    const pseudo = placement.pseudo[id];
    if (pseudo !== undefined) return pseudo;
    const parameter = template.Parameters[id];
    if (parameter === undefined) return referenceOf(identity(id), placement);
    if (parameter.Default === undefined) throw new UnsupportedTemplateError(`parameter ${id} has no default`);
    return parameter.Default;
  }

  function attribute(path: Json): Json {
    const parts = Array.isArray(path) ? path.map(text) : text(path).split('.');
    const [id, ...attributeName] = parts;
    if (id === undefined) throw new UnsupportedTemplateError('Fn::GetAtt without a resource');
    const value = attributeOf(identity(id), attributeName.join('.'), placement);
    if (value === undefined) throw new UnsupportedTemplateError(`unsupported attribute ${parts.join('.')}`);
    return value;
  }

  function substitute(argument: Json): string {
    const [pattern, own] = Array.isArray(argument) ? [text(argument[0]), argument[1]] : [text(argument), {}];
    const values = isJsonObject(own) ? own : {};
    return pattern.replaceAll(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, key: string) => {
      if (literal) return `\${${key}}`;
      const given = values[key];
      if (given !== undefined) return text(resolve(given));
      return text(key.includes('.') ? attribute(key) : reference(key));
    });
  }

  function resolve(value: Json): Json | undefined {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== undefined);
    if (!isJsonObject(value)) return value;
    const [key, ...more] = Object.keys(value);
    if (key !== undefined && more.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
      const intrinsic = intrinsics[key];
      if (intrinsic === undefined) throw new UnsupportedTemplateError(`unsupported intrinsic ${key}`);
      return intrinsic(value[key] ?? null);
    }
    return resolveProperties(value);
  }

  function resolveProperties(value: JsonObject): JsonObject {
    const resolved: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      const result = resolve(item);
      if (result !== undefined) resolved[key] = result;
    }
    return resolved;
  }

  const ofType = (type: string): ResolvedResource[] =>
    Object.entries(template.Resources)
      .filter(([, found]) => found.Type === type)
      .map(([logicalId, found]) => ({
        logicalId,
        name: nameOf(logicalId, found, placement),
        arn: arnOf(identity(logicalId), placement),
        properties: resolveProperties(found.Properties),
      }));

  return { template, placement, resolve, ofType };
}

function pair(argument: Json): [Json, Json] {
  if (!Array.isArray(argument) || argument.length !== 2) throw new UnsupportedTemplateError('expected two arguments');
  return [argument[0] ?? null, argument[1] ?? null];
}

function list(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new UnsupportedTemplateError(`expected a list, found ${JSON.stringify(value)}`);
  return value;
}

function text(value: Json | undefined): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    throw new UnsupportedTemplateError(`expected a text, found ${JSON.stringify(value)}`);
  return String(value);
}
