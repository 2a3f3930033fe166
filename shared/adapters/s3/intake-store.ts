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

  /**
   * One DELETE per version: an upload has few, and a refused one fails the call instead of hiding in a list of results.
   */
  async deleteAllVersions(key: string): Promise<number> {
    const versionIds = await this.versionsOf(key);
    for (const VersionId of versionIds) {
      await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key, VersionId }));
    }
    return versionIds.length;
  }

  private async versionsOf(key: string): Promise<string[]> {
    const versionIds: string[] = [];
    let marker: { KeyMarker?: string; VersionIdMarker?: string } | null = {};
    while (marker) {
      // The prefix also meets longer keys.
      const page: ListObjectVersionsCommandOutput = await this.client.send(
        new ListObjectVersionsCommand({ Bucket: this.bucket, Prefix: key, ...marker }),
      );
      for (const { Key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
        if (Key === key && VersionId !== undefined) versionIds.push(VersionId);
      }
      marker = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : null;
    }
    return versionIds;
  }

  private async octets(input: GetObjectCommandInput): Promise<Uint8Array | null> {
    const object = await nullIfMissing(this.client.send(new GetObjectCommand(input)));
    return object && ((await object.Body?.transformToByteArray()) ?? new Uint8Array());
  }
}
