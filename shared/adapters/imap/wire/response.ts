import { limits } from '../limits.ts';
import { ConnectionDead, type WireInput } from './input.ts';
import { parseValues, type Part, type Value } from './values.ts';

/** One response. With `bodyOctets` set, that many octets of BODY[] follow on the wire and `finish` reads what is behind. */
export interface Response {
  /** `*`, `+` or a tag. */
  tag: string;
  /** Upper case: `FETCH`, `LIST`, `OK` ... for `* 3 EXISTS` the word after the number. */
  kind: string;
  /** The 3 of `* 3 EXISTS`. */
  number: number | null;
  /** Everything behind the kind, literals included. */
  parts: Part[];
  bodyOctets: number | null;
}

export interface Status {
  status: 'OK' | 'NO' | 'BAD';
  /** Response code, upper case, without brackets: `APPENDUID 38505 3955`; empty without one. */
  code: string;
  text: string;
}

const bodyMarker = /(?:^|[ (])BODY\[\] ~?\{(\d+)\}$/i;
const literalMarker = /~?\{(\d+)\+?\}$/;

export async function readResponse(input: WireInput): Promise<Response> {
  const line = await input.line();
  const [, tag = '', second = '', rest = ''] = /^(\S+) ?(\S*) ?(.*)$/s.exec(line) ?? [];
  const response: Response = { tag, kind: second.toUpperCase(), number: null, parts: [rest], bodyOctets: null };
  if (tag === '*' && /^\d+$/.test(second)) {
    const [, kind = '', items = ''] = /^(\S+) ?(.*)$/s.exec(rest) ?? [];
    response.kind = kind.toUpperCase();
    response.number = Number(second);
    response.parts = [items];
  }
  if (tag === '*') await readLiterals(input, response);
  return response;
}

/** Goes on behind a body that was read or skipped. */
export async function finishResponse(input: WireInput, response: Response): Promise<void> {
  response.bodyOctets = null;
  response.parts.push(await input.line());
  await readLiterals(input, response);
}

async function readLiterals(input: WireInput, response: Response): Promise<void> {
  if (isText(response.kind)) return;
  for (let heldBytes = 0; ;) {
    const last = response.parts.at(-1);
    const text = typeof last === 'string' ? last : '';
    const body = response.kind === 'FETCH' ? bodyMarker.exec(text) : null;
    if (body) {
      response.bodyOctets = Number(body[1]);
      if (response.bodyOctets > limits.bodyBytes) throw new ConnectionDead('The server sent an endless message.');
      return;
    }
    const literal = literalMarker.exec(text);
    if (!literal) return;
    heldBytes += Number(literal[1]);
    if (heldBytes > limits.smallLiteralBytes) throw new ConnectionDead('The server sent an endless literal.');
    response.parts.push(await input.take(Number(literal[1])), await input.line());
  }
}

/** Human text may end in `{3}` and still be no literal. */
function isText(kind: string): boolean {
  return kind === 'OK' || kind === 'NO' || kind === 'BAD' || kind === 'BYE' || kind === 'PREAUTH';
}

export function values(response: Response): Value[] {
  return parseValues(response.parts);
}

export function textOf(response: Response): string {
  return response.parts.filter((part) => typeof part === 'string').join('');
}

export function statusOf(response: Response): Status {
  const [, code = '', text = ''] = /^(?:\[([^\]]*(?:\([^)]*\))?[^\]]*)\] ?)?(.*)$/s.exec(textOf(response)) ?? [];
  const { kind } = response;
  const status = kind === 'OK' || kind === 'NO' ? kind : 'BAD';
  return { status, code: code.toUpperCase(), text };
}
