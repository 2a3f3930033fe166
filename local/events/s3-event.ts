import { randomUUID } from 'node:crypto';
import type { Json } from '../json.ts';
import type { ObjectCreated } from '../s3/object-store.ts';

let lastSequence = 0n;

/** Orders events of one key; compared as text of equal length. */
function nextSequencer(): string {
  const now = BigInt(Date.now()) << 16n;
  lastSequence = now > lastSequence ? now : lastSequence + 1n;
  return lastSequence.toString(16).toUpperCase().padStart(18, '0');
}

/** "Object Created" as S3 sends it to EventBridge (ev-events.html); the key is not URL-encoded. */
export function objectCreatedEvent(created: ObjectCreated, at: { account: string; region: string }): Json {
  const { bucket, version, reason, versioned } = created;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: at.account,
    time: `${version.modifiedAt.slice(0, 19)}Z`,
    region: at.region,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key: version.key,
        size: version.sizeBytes,
        etag: version.etag.replaceAll('"', ''),
        ...(versioned ? { 'version-id': version.versionId } : {}),
        sequencer: nextSequencer(),
      },
      'request-id': randomUUID(),
      requester: at.account,
      'source-ip-address': '127.0.0.1',
      reason,
    },
  };
}
