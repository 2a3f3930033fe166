import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Uploads } from './multipart.ts';
import type { ObjectStore } from './object-store.ts';

export interface S3Call {
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  query: URLSearchParams;
  bucket: string;
  key: string;
  store: ObjectStore;
  uploads: Uploads;
  /** Throws AccessDenied; `key` is absent for calls on the bucket. `bucket` is another one than the request's own. */
  authorize(action: string, key?: string, bucket?: string): void;
}

export function answerXml(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  const text = `<?xml version="1.0" encoding="UTF-8"?>${body}`;
  response.writeHead(200, { 'content-type': 'application/xml', ...headers }).end(text);
}
