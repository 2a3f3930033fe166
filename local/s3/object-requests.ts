import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Bucket, StoredVersion } from './bucket.ts';
import { header, type Headers } from './checksums.ts';
import { notImplemented, preconditionFailed, S3Error } from './errors.ts';
import { answerXml, type S3Call } from './call.ts';
import { stage, stageRequest } from './staged-body.ts';
import { element } from './xml.ts';

/** Query parameters that change what a request means; all others (`x-id`, signatures of presigned URLs) do not. */
const subresources = ['tagging', 'acl', 'retention', 'legal-hold', 'torrent', 'attributes', 'restore', 'select'];

export async function objectRequest(call: S3Call): Promise<void> {
  const { method, query } = call;
  const unknown = subresources.find((name) => query.has(name));
  if (unknown !== undefined) throw notImplemented(unknown);
  if (query.has('uploads') || query.has('uploadId')) return multipartRequest(call);
  if (method === 'PUT' && call.request.headers['x-amz-copy-source'] !== undefined) return copyObject(call);
  if (method === 'PUT') return putObject(call);
  if (method === 'DELETE') return deleteObject(call);
  if (method === 'GET' || method === 'HEAD') return getObject(call);
  throw notImplemented(`${method} of an object`);
}

async function putObject(call: S3Call): Promise<void> {
  const { request, response, store } = call;
  call.authorize('s3:PutObject', call.key);
  const { versioned } = store.bucket(call.bucket);
  const body = await stageRequest(request, store.stagingDir);
  const object = { key: call.key, body, headers: keptHeaders(request.headers) };
  const version = store.put(call.bucket, object, {
    ifMatch: header(request.headers, 'if-match'),
    ifNoneMatch: header(request.headers, 'if-none-match'),
  });
  response.writeHead(200, {
    etag: version.etag,
    'x-amz-checksum-crc32': version.crc32,
    'x-amz-server-side-encryption': header(request.headers, 'x-amz-server-side-encryption') ?? 'AES256',
    ...(versioned ? { 'x-amz-version-id': version.versionId } : {}),
  });
  response.end();
}

async function copyObject(call: S3Call): Promise<void> {
  const { request, store } = call;
  const source = /^\/?([^/]+)\/([^?]+)(?:\?versionId=(.+))?$/.exec(header(request.headers, 'x-amz-copy-source') ?? '');
  if (source === null) throw new S3Error(400, 'InvalidArgument');
  call.authorize('s3:PutObject', call.key);
  const [bucketName, key, versionId] = [source[1] ?? '', source[2] ?? '', source[3]].map(decoded);
  call.authorize(versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', key, bucketName);
  const from = store.bucket(bucketName ?? '');
  const version = from.find(key ?? '', versionId);
  const body = await stage(createReadStream(from.pathOf(version)), store.stagingDir);
  const replace = header(request.headers, 'x-amz-metadata-directive') === 'REPLACE';
  const headers = replace ? keptHeaders(request.headers) : version.headers;
  const copy = store.put(call.bucket, { key: call.key, body, headers }, { reason: 'CopyObject' });
  const result = element('ETag', copy.etag) + element('LastModified', copy.modifiedAt);
  answerXml(call.response, `<CopyObjectResult>${result}</CopyObjectResult>`, versionHeader(call, copy));
}

const decoded = (text: string | undefined) => (text === undefined ? undefined : decodeURIComponent(text));

function deleteObject(call: S3Call): void {
  const versionId = call.query.get('versionId') ?? undefined;
  call.authorize(versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', call.key);
  const version = call.store.bucket(call.bucket).delete(call.key, versionId);
  const marker = version?.file === '' ? { 'x-amz-delete-marker': 'true' } : {};
  const headers = version === undefined ? {} : { ...versionHeader(call, version), ...marker };
  call.response.writeHead(204, headers).end();
}

async function multipartRequest(call: S3Call): Promise<void> {
  const { method, query, request, response, uploads } = call;
  const id = query.get('uploadId');
  call.authorize(method === 'DELETE' ? 's3:AbortMultipartUpload' : 's3:PutObject', call.key);
  const target = element('Bucket', call.bucket) + element('Key', call.key);
  if (method === 'POST' && id === null) {
    const uploadId = uploads.create(call.bucket, call.key, keptHeaders(request.headers));
    const result = target + element('UploadId', uploadId);
    return answerXml(response, `<InitiateMultipartUploadResult>${result}</InitiateMultipartUploadResult>`);
  }
  if (id === null) throw notImplemented('ListMultipartUploads');
  if (method === 'PUT') {
    const part = await uploads.addPart(id, Number(query.get('partNumber')), request);
    const etag = `"${part.md5.toString('hex')}"`;
    response.writeHead(200, { etag, 'x-amz-checksum-crc32': part.crc32 }).end();
    return;
  }
  if (method === 'DELETE') {
    uploads.abort(id);
    response.writeHead(204).end();
    return;
  }
  if (method !== 'POST') throw notImplemented('ListParts');
  const version = await uploads.complete(id, request, header(request.headers, 'if-none-match'));
  const result = target + element('ETag', version.etag);
  const body = `<CompleteMultipartUploadResult>${result}</CompleteMultipartUploadResult>`;
  answerXml(response, body, versionHeader(call, version));
}

async function getObject(call: S3Call): Promise<void> {
  const { request, response, query } = call;
  const versionId = query.get('versionId') ?? undefined;
  call.authorize(versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', call.key);
  const bucket = call.store.bucket(call.bucket);
  const version = bucket.find(call.key, versionId);
  checkConditions(request.headers, version);
  const range = chosenRange(header(request.headers, 'range'), version.sizeBytes);
  const headers: Record<string, string> = {
    ...version.headers,
    ...versionHeader(call, version),
    etag: version.etag,
    'last-modified': new Date(version.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'content-length': String(range.end - range.start + 1),
  };
  if (range.partial) headers['content-range'] = `bytes ${range.start}-${range.end}/${version.sizeBytes}`;
  else if (request.headers['x-amz-checksum-mode'] === 'ENABLED' && !version.etag.includes('-'))
    headers['x-amz-checksum-crc32'] = version.crc32;
  response.writeHead(range.partial ? 206 : 200, headers);
  await sendBytes(call, bucket, version, range);
}

interface ByteRange {
  start: number;
  end: number;
  partial: boolean;
}

async function sendBytes(call: S3Call, bucket: Bucket, version: StoredVersion, range: ByteRange): Promise<void> {
  if (call.method === 'HEAD' || version.sizeBytes === 0) {
    call.response.end();
    return;
  }
  await pipeline(createReadStream(bucket.pathOf(version), { start: range.start, end: range.end }), call.response);
}

function chosenRange(wanted: string | undefined, sizeBytes: number): ByteRange {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(wanted ?? '') ?? [];
  const whole = { start: 0, end: sizeBytes - 1, partial: false };
  if (first === '' && last === '') return whole;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (start > end) throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable');
  return { start, end, partial: true };
}

function checkConditions(headers: Headers, version: StoredVersion): void {
  const ifMatch = header(headers, 'if-match');
  if (ifMatch !== undefined && ifMatch !== '*' && bare(ifMatch) !== bare(version.etag)) throw preconditionFailed();
  const ifNoneMatch = header(headers, 'if-none-match');
  if (ifNoneMatch !== undefined && bare(ifNoneMatch) === bare(version.etag))
    throw new S3Error(304, 'NotModified', undefined, { etag: version.etag });
}

const bare = (etag: string): string => etag.replaceAll('"', '');

function versionHeader(call: S3Call, version: StoredVersion): Record<string, string> {
  return call.store.bucket(call.bucket).versioned ? { 'x-amz-version-id': version.versionId } : {};
}

const keptHeader = /^(content-type|cache-control|content-disposition|content-language|expires|x-amz-meta-.*)$/;

/** What S3 keeps with an object. `aws-chunked` is how it travelled, not what it is. */
function keptHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = header(headers, name);
    if (keptHeader.test(name) && value !== undefined) kept[name] = value;
  }
  const encodings = (header(headers, 'content-encoding') ?? '').split(',').map((encoding) => encoding.trim());
  const own = encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(',');
  return own === '' ? kept : { ...kept, 'content-encoding': own };
}
