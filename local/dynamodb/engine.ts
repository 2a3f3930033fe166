import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import * as z from 'zod';
import { type Json, type JsonObject, isJsonObject, parseJson } from '../json.ts';

export interface DynamoAnswer {
  status: number;
  body: string;
}

export interface DynamoEngine {
  /** `input` is the JSON text of the request. */
  call(operation: string, input: string): Promise<DynamoAnswer>;
  close(): Promise<void>;
}

/** dynalite looks for these and checks neither signature nor date. */
const signed = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20300101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  'x-amz-date': '20300101T000000Z',
  'content-type': 'application/x-amz-json-1.0',
};

/**
 * dynalite on disk (LevelDB). It is called through the request listener of its HTTP server, without a socket: one hop
 * less for each call, and nothing but its public interface is touched.
 */
export async function openDynalite(path: string): Promise<DynamoEngine> {
  const { default: dynalite } = await import('dynalite');
  const server = dynalite({ path, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  return { call: (operation, input) => send(server, operation, input), close: () => closeStore(server) };
}

function send(server: Server, operation: string, input: string): Promise<DynamoAnswer> {
  const request = Object.assign(Readable.from([Buffer.from(input)]), {
    method: 'POST',
    url: '/',
    headers: { ...signed, 'x-amz-target': `DynamoDB_20120810.${operation}` },
  });
  return new Promise((resolve) => {
    const response = {
      statusCode: 200,
      setHeader: () => undefined,
      end: (body: string) => resolve({ status: response.statusCode, body }),
    };
    server.emit('request', request, response);
  });
}

/** `close` of dynalite's server closes the store, once the server has listened. */
async function closeStore(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

export class DynamoError extends Error {
  override name = 'DynamoError';
  readonly type: string;

  constructor(type: string, message: string) {
    super(`${type}: ${message}`);
    this.type = type;
  }
}

const Failure = z.object({
  __type: z.string().default(''),
  message: z.string().optional(),
  Message: z.string().optional(),
});

export async function callJson(engine: DynamoEngine, operation: string, input: Json): Promise<JsonObject> {
  const answer = await engine.call(operation, JSON.stringify(input));
  const body = parseJson(answer.body || '{}');
  if (answer.status === 200) return isJsonObject(body) ? body : {};
  const failure = Failure.parse(body);
  throw new DynamoError(failure.__type.split('#').at(-1) ?? '', failure.message ?? failure.Message ?? '');
}
