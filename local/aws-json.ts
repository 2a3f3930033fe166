import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { readBody } from './http-server.ts';
import { type Json, parseJson } from './json.ts';

/** An error in the AWS JSON protocols: `__type` names it, and the SDK makes it `error.name`. */
export class AwsError extends Error {
  override name = 'AwsError';
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export interface JsonCall {
  operation: string;
  input: Json;
  authorization: string | undefined;
}

/** Handler of `application/x-amz-json-1.x`: operation in `X-Amz-Target`, JSON in, JSON out. */
export function jsonHandler(answer: (call: JsonCall) => Json | Promise<Json>) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.0';
    const send = (status: number, body: Json): void => {
      response.writeHead(status, { 'content-type': contentType, 'x-amzn-requestid': randomUUID() });
      response.end(JSON.stringify(body));
    };
    try {
      const text = (await readBody(request)).toString() || '{}';
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      send(200, await answer({ operation, input: parseJson(text), authorization: request.headers.authorization }));
    } catch (error) {
      const failure = asAwsError(error);
      send(failure.status, { __type: failure.type, message: failure.message });
    }
  };
}

export const unknownOperation = (operation: string): AwsError =>
  new AwsError('UnknownOperationException', `The embedded stack does not implement ${operation}`, 501);

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof z.ZodError) return new AwsError('ValidationException', z.prettifyError(error));
  return new AwsError('InternalFailure', String(error), 500);
}
