import { type Bucket, compareUtf8, isMarker, type StoredVersion } from './bucket.ts';
import { element } from './xml.ts';

const largestPage = 1000;

interface Page {
  items: { key: string; versions: StoredVersion[] }[];
  prefixes: string[];
  /** The last key or prefix of this page, when there is more. */
  next: string | undefined;
}

/** The keys after `after` that start with the prefix, cut at the delimiter, at most `max` entries. */
function page(bucket: Bucket, query: URLSearchParams, choose: (key: string) => StoredVersion[], after: string): Page {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const max = Math.min(Number(query.get('max-keys') ?? largestPage), largestPage);
  const found: Page = { items: [], prefixes: [], next: undefined };
  let last = '';
  for (const key of bucket.keys()) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    const entry = common ?? key;
    if (after !== '' && compareUtf8(entry, after) <= 0) continue;
    if (common !== undefined && common === found.prefixes.at(-1)) continue;
    const versions = choose(key);
    if (versions.length === 0) continue;
    if (found.items.length + found.prefixes.length >= max) return { ...found, next: last };
    if (common === undefined) found.items.push({ key, versions });
    else found.prefixes.push(common);
    last = entry;
  }
  return found;
}

export function listObjects(bucket: Bucket, query: URLSearchParams): string {
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const live = (key: string) => [bucket.current(key)].filter((version) => version !== undefined);
  const { items, prefixes, next } = page(bucket, query, live, after);
  const contents = items.map(({ key, versions }) => {
    const described = versions.map((version) => describe(version)).join('');
    return `<Contents>${name(query, 'Key', key)}${described}</Contents>`;
  });
  return [
    '<ListBucketResult>',
    head(bucket, query),
    element('KeyCount', items.length + prefixes.length),
    element('IsTruncated', next !== undefined),
    next === undefined ? '' : element('NextContinuationToken', Buffer.from(next).toString('base64url')),
    ...contents,
    ...prefixes.map((prefix) => `<CommonPrefixes>${name(query, 'Prefix', prefix)}</CommonPrefixes>`),
    '</ListBucketResult>',
  ].join('');
}

/** Pages end between keys, never among the versions of one: fewer markers, and clients see no difference. */
export function listVersions(bucket: Bucket, query: URLSearchParams): string {
  const all = (key: string) => bucket.versionsOf(key);
  const { items, prefixes, next } = page(bucket, query, all, query.get('key-marker') ?? '');
  const entries = items.flatMap(({ key, versions }) =>
    versions.map((version, index) => {
      const identity = [
        name(query, 'Key', key),
        element('VersionId', version.versionId),
        element('IsLatest', index === 0),
      ].join('');
      if (isMarker(version))
        return `<DeleteMarker>${identity}${element('LastModified', version.modifiedAt)}</DeleteMarker>`;
      return `<Version>${identity}${describe(version)}</Version>`;
    }),
  );
  return [
    '<ListVersionsResult>',
    head(bucket, query),
    element('IsTruncated', next !== undefined),
    next === undefined ? '' : name(query, 'NextKeyMarker', next),
    ...entries,
    ...prefixes.map((prefix) => `<CommonPrefixes>${name(query, 'Prefix', prefix)}</CommonPrefixes>`),
    '</ListVersionsResult>',
  ].join('');
}

function head(bucket: Bucket, query: URLSearchParams): string {
  const encoding = query.get('encoding-type');
  return [
    element('Name', bucket.name),
    name(query, 'Prefix', query.get('prefix') ?? ''),
    element('MaxKeys', query.get('max-keys') ?? largestPage),
    encoding === null ? '' : element('EncodingType', encoding),
  ].join('');
}

/** With `encoding-type=url` a client asks for keys that XML cannot hold. */
function name(query: URLSearchParams, tag: string, key: string): string {
  return element(tag, query.get('encoding-type') === 'url' ? encodeURIComponent(key).replaceAll('%2F', '/') : key);
}

function describe(version: StoredVersion): string {
  return [
    element('LastModified', version.modifiedAt),
    element('ETag', version.etag),
    element('Size', version.sizeBytes),
    element('StorageClass', 'STANDARD'),
  ].join('');
}
