import { readBody } from '../http-server.ts';
import { notImplemented, S3Error } from './errors.ts';
import { listObjects, listVersions } from './listing.ts';
import { answerXml, type S3Call } from './call.ts';
import { element, elementsOf, textOf } from './xml.ts';

/** DeleteObjects: at most 1,000 keys a request. */
const mostDeletes = 1000;

export async function bucketRequest(call: S3Call): Promise<void> {
  const { method, query, response } = call;
  const bucket = call.store.bucket(call.bucket);
  if (method === 'HEAD') {
    call.authorize('s3:ListBucket');
    response.writeHead(200, { 'x-amz-bucket-region': 'us-east-1' }).end();
    return;
  }
  if (method === 'POST' && query.has('delete')) return deleteObjects(call);
  if (method === 'GET' && query.has('versions')) {
    call.authorize('s3:ListBucketVersions');
    return answerXml(response, listVersions(bucket, query));
  }
  if (method === 'GET' && query.get('list-type') === '2') {
    call.authorize('s3:ListBucket');
    return answerXml(response, listObjects(bucket, query));
  }
  if (method === 'GET' && query.has('versioning')) {
    const status = bucket.versioned ? element('Status', 'Enabled') : '';
    return answerXml(response, `<VersioningConfiguration>${status}</VersioningConfiguration>`);
  }
  throw notImplemented(`${method} of a bucket with ${[...query.keys()].join(', ') || 'no query'}`);
}

async function deleteObjects(call: S3Call): Promise<void> {
  const xml = (await readBody(call.request)).toString();
  const objects = elementsOf(xml, 'Object').map((object) => ({
    key: textOf(object, 'Key') ?? '',
    versionId: textOf(object, 'VersionId'),
  }));
  if (objects.length === 0 || objects.length > mostDeletes) throw new S3Error(400, 'MalformedXML');
  const results = objects.map(({ key, versionId }) => deleteOne(call, key, versionId));
  answerXml(call.response, `<DeleteResult>${results.join('')}</DeleteResult>`);
}

/** One refused key does not stop the others: it is an `<Error>` in the answer. */
function deleteOne(call: S3Call, key: string, versionId: string | undefined): string {
  try {
    call.authorize(versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', key);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return `<Error>${element('Key', key)}${element('Code', error.code)}${element('Message', error.message)}</Error>`;
  }
  const version = call.store.bucket(call.bucket).delete(key, versionId);
  const marker =
    versionId === undefined && version?.file === ''
      ? element('DeleteMarker', true) + element('DeleteMarkerVersionId', version.versionId)
      : '';
  const named = versionId === undefined ? '' : element('VersionId', versionId);
  return `<Deleted>${element('Key', key)}${named}${marker}</Deleted>`;
}
