import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type GetObjectCommandInput,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { IntakeStore, UploadInfo } from '../../ports/objects.ts';
import { nullIfMissing } from './failures.ts';

export class S3IntakeStore implements IntakeStore {
  private readonly client: S3Client;
  private readonly bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.client = client;
    this.bucket = bucket;
  }

  async head(key: string, versionId: string): Promise<UploadInfo | null> {
    const command = new HeadObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId });
    const head = await nullIfMissing(this.client.send(command));
    return head && { metadata: head.Metadata ?? {} };
  }

  async readVersion(key: string, versionId: string): Promise<Uint8Array | null> {
    return this.octets({ Bucket: this.bucket, Key: key, VersionId: versionId });
  }

  async read(key: string): Promise<Uint8Array | null> {
    return this.octets({ Bucket: this.bucket, Key: key });
  }

  async versionsBefore(key: string, versionId: string): Promise<string[]> {
    const { versions } = await this.versionsOf(key);
    const own = versions.indexOf(versionId);
    return own < 0 ? [] : versions.slice(own + 1);
  }

  /**
   * One DELETE per version: an upload has few, and a refused one fails the call instead of hiding in a list of results.
   */
  async deleteUpTo(key: string, versionId: string): Promise<number> {
    const { versions, markers } = await this.versionsOf(key);
    const own = versions.indexOf(versionId);
    // Oldest first: if this stops halfway, what is left is found again by the version that is still there.
    const doomed = [...markers, ...(own < 0 ? [] : versions.slice(own).reverse())];
    for (const VersionId of doomed) {
      await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key, VersionId }));
    }
    return doomed.length;
  }

  /** Newest first, as S3 lists them. */
  private async versionsOf(key: string): Promise<{ versions: string[]; markers: string[] }> {
    const versions: string[] = [];
    const markers: string[] = [];
    const note = (ids: string[], listed: readonly { Key?: string; VersionId?: string }[] = []): void => {
      // The prefix also meets longer keys.
      for (const { Key, VersionId } of listed) if (Key === key && VersionId !== undefined) ids.push(VersionId);
    };
    let marker: { KeyMarker?: string; VersionIdMarker?: string } | null = {};
    while (marker) {
      const page: ListObjectVersionsCommandOutput = await this.client.send(
        new ListObjectVersionsCommand({ Bucket: this.bucket, Prefix: key, ...marker }),
      );
      note(versions, page.Versions);
      note(markers, page.DeleteMarkers);
      marker = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : null;
    }
    return { versions, markers };
  }

  private async octets(input: GetObjectCommandInput): Promise<Uint8Array | null> {
    const object = await nullIfMissing(this.client.send(new GetObjectCommand(input)));
    return object && ((await object.Body?.transformToByteArray()) ?? new Uint8Array());
  }
}
