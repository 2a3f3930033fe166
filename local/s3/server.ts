import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Listening, listen } from '../http-server.ts';
import { bucketRequest } from './bucket-requests.ts';
import type { S3Call } from './call.ts';
import { S3Error } from './errors.ts';
import { Uploads } from './multipart.ts';
import { objectRequest } from './object-requests.ts';
import type { ObjectStore } from './object-store.ts';
import { element } from './xml.ts';

export interface S3ServerOptions {
  store: ObjectStore;
  authorize: (call: { authorization: string | undefined; action: string; resource: string }) => void;
}

/** Path-style S3 for one laptop: no signature check, loopback only. What it does not know it answers with 501. */
export function startS3Server({ store, authorize }: S3ServerOptions): Promise<Listening> {
  const uploads = new Uploads(store);
  return listen(async (request, response) => {
    try {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const [, bucket = '', ...path] = url.pathname.split('/').map(decodeURIComponent);
      const key = path.join('/');
      const { authorization } = request.headers;
      const method = request.method ?? 'GET';
      const call: S3Call = {
        request,
        response,
        method,
        query: url.searchParams,
        bucket,
        key,
        store,
        uploads,
        authorize: (action, on, of = bucket) =>
          authorize({ authorization, action, resource: `arn:aws:s3:::${of}${on === undefined ? '' : `/${on}`}` }),
      };
      await (key === '' ? bucketRequest(call) : objectRequest(call));
    } catch (error) {
      answerError(request, response, error);
    }
  });
}

function answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const failure = error instanceof S3Error ? error : new S3Error(500, 'InternalError', String(error));
  const body = `<Error>${element('Code', failure.code)}${element('Message', failure.message)}</Error>`;
  response.writeHead(failure.status, { 'content-type': 'application/xml', ...failure.headers });
  // The rest of a refused body must be read, or the client sees a reset instead of the answer.
  request.resume();
  response.end(request.method === 'HEAD' || failure.status === 304 ? undefined : body);
}
