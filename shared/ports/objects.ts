/** S3 as we use it: whole small objects and JSON Lines in the data bucket, uploads in the intake bucket. */
import type { ObjectRef } from '../contract/workflow.ts';

/** Turns parsed JSON into a trusted value; throws on anything else (zod's `parse`). */
export type Parser<T> = (value: unknown) => T;

/** The data bucket. Keys are ours, never built from hostile text. Puts overwrite and are idempotent. */
export interface DataStore {
  putJson(key: string, value: unknown): Promise<ObjectRef>;
  /** null when there is no such object; STATE_DAMAGED when it does not parse. */
  readJson<T>(key: string, parse: Parser<T>): Promise<T | null>;
  /** Streams rows to one object of `\n`-terminated JSON lines; an empty one is allowed. */
  putLines(key: string, rows: Iterable<unknown> | AsyncIterable<unknown>): Promise<ObjectRef>;
  /** In order. STATE_DAMAGED when the object is missing or a line does not parse. */
  readLines<T>(key: string, parse: Parser<T>): AsyncIterable<T>;
  putText(key: string, text: string, contentType: string): Promise<ObjectRef>;
  /** Streams; nothing is visible before the end. Metadata is ASCII. */
  putOctets(
    key: string,
    octets: AsyncIterable<Uint8Array>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<ObjectRef>;
  /** null when there is no such object. */
  readOctets(key: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** Keys below a prefix, ascending. */
  list(prefix: string): AsyncIterable<string>;
}

export interface UploadInfo {
  /** User metadata (`x-amz-meta-*`), lower-case keys without the prefix. */
  metadata: Readonly<Record<string, string>>;
}

/** The intake bucket. */
export interface IntakeStore {
  head(key: string, versionId: string): Promise<UploadInfo | null>;
  /** One version; null when it is gone. */
  readVersion(key: string, versionId: string): Promise<Uint8Array | null>;
  /** Newest version; null when there is none. */
  read(key: string): Promise<Uint8Array | null>;
  /** Ids of the older versions of exactly this key, newest first; none when this version is gone. */
  versionsBefore(key: string, versionId: string): Promise<string[]>;
  /**
   * This version of exactly this key and all older ones, with the delete markers, this version last; returns how many
   * there were. Newer ones stay: each has a pass of its own that may not have read it yet. Idempotent.
   */
  deleteUpTo(key: string, versionId: string): Promise<number>;
}
