/** `migration.json` from text to trusted settings. Messages name keys and places, never values: a value may be a secret. */
import { isIP } from 'node:net';
import type * as z from 'zod';
import { nearest } from '../core/nearest.ts';
import { isPrivateAddress } from '../core/private-address.ts';
import { MigrationError } from '../errors.ts';
import { jsonPlaces, positionAt, type Position } from './json-positions.ts';
import { EndpointSettings, Settings } from './settings.ts';

const fileName = 'migration.json';
const mostProblems = 5;
/** Characters of a key path in a message. */
const longestPath = 80;

interface Problem {
  path: string;
  /** A key that is written wrong often explains others that are missing, so it is told first. */
  unknown?: true;
  text: string;
}

/** Errors: SETTINGS_INVALID. */
export function parseSettings(text: string): Settings {
  const json = text.replace(/^\uFEFF/, '');
  const { keys, mistake } = jsonPlaces(json);
  if (mistake)
    throw new MigrationError('SETTINGS_INVALID', `${fileName}${placeText(mistake)}: this is not valid JSON.`);
  const value: unknown = JSON.parse(json);
  const parsed = Settings.safeParse(value);
  const problems = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.flatMap((issue) => problemsOf(issue, value));
  if (parsed.success && problems.length === 0) return parsed.data;
  const told = problems
    .map((problem) => ({ ...problem, at: indexOf(keys, problem.path) }))
    .sort((a, b) => Number(b.unknown ?? false) - Number(a.unknown ?? false) || (a.at ?? -1) - (b.at ?? -1))
    .slice(0, mostProblems)
    .map(({ at, text }) => `${fileName}${at === null ? '' : placeText(positionAt(json, at))}: ${text}`);
  const rest = problems.length - told.length;
  throw new MigrationError('SETTINGS_INVALID', `${told.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`);
}

const placeText = ({ line, column }: Position): string => ` line ${line} column ${column}`;

/** A key that is missing has no place of its own: its parent's is named. */
function indexOf(keys: ReadonlyMap<string, number>, path: string): number | null {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const index = keys.get(at);
    if (index !== undefined) return index;
  }
  return null;
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown): Problem[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      const full = path === '' ? key : `${path}.${key}`;
      return {
        path: full,
        unknown: true,
        text: `unknown key "${shown(full)}"${meant === null ? '' : `, did you mean "${meant}"?`}`,
      };
    });
  }
  const text = isAbsent(value, issue.path) ? 'is missing' : expectation(issue);
  return [{ path, text: `"${path === '' ? fileName : shown(path)}" ${text}` }];
}

/** Keys are free text too: kept short enough for a log line, and harmless on a terminal. */
function shown(path: string): string {
  const plain = path.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
  return plain.length > longestPath ? `${plain.slice(0, longestPath)}…` : plain;
}

function isAbsent(value: unknown, path: readonly PropertyKey[]): boolean {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return true;
    at = Reflect.get(at, key);
  }
  return false;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `must be ${typeNames[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map((v) => JSON.stringify(v)).join(', ')}`;
  if (issue.code === 'too_small')
    return `must ${issue.origin === 'string' ? 'not be empty' : `be at least ${issue.minimum}`}`;
  if (issue.code === 'too_big')
    return issue.origin === 'string'
      ? `must have at most ${issue.maximum} characters`
      : `must be at most ${issue.maximum}`;
  // Texts of our own schemas; zod's others could quote the value.
  return issue.message.startsWith('write an interval') ? `is not an interval: ${issue.message}` : 'is not valid';
}

const typeNames: Readonly<Partial<Record<string, string>>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text in quotes',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'an object in { }',
  record: 'an object in { }',
};

function knownKeys(path: string): string[] {
  const [top, below] = path.split('.');
  if (top === undefined || top === '') return Object.keys(Settings.shape);
  if (top === 'source' || top === 'target') {
    const endpoint = EndpointSettings.shape;
    return Object.keys(below === 'connections' ? endpoint.connections.unwrap().shape : endpoint);
  }
  const section = top === 'folders' || top === 'limits' || top === 'schedule' ? Settings.shape[top] : null;
  return section === null ? [] : Object.keys(section.unwrap().shape);
}

function contradictions(settings: Settings): Problem[] {
  return (['source', 'target'] as const).flatMap((side) => {
    const endpoint = settings[side];
    const problems: Problem[] = [];
    if (endpoint.tls === 'none' && endpoint.allowPlaintext !== true) {
      problems.push({
        path: `${side}.tls`,
        text: `"${side}.tls" is "none", which sends passwords in the clear: that needs "allowPlaintext": true`,
      });
    }
    if (isPrivateHost(endpoint.host) && endpoint.allowPrivateAddress !== true) {
      problems.push({
        path: `${side}.host`,
        text: `"${side}.host" is a private or loopback address: that needs "allowPrivateAddress": true`,
      });
    }
    if (endpoint.caFile !== undefined && !/^[\w][\w .-]*$/.test(endpoint.caFile)) {
      problems.push({ path: `${side}.caFile`, text: `"${side}.caFile" must be the name of a file beside ${fileName}` });
    }
    return problems;
  });
}

/** Only what can be told without asking DNS; the connection asks and checks again. */
function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare.toLowerCase() === 'localhost' || bare.toLowerCase().endsWith('.localhost')) return true;
  return isIP(bare) !== 0 && isPrivateAddress(bare);
}
