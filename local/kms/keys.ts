import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../aws-json.ts';
import type { KeyModel } from '../template/storage.ts';
import { createWholeFile } from '../whole-file.ts';

export type EncryptionContext = Readonly<Record<string, string>>;

/** version, then length of the key id; the key id is part of the blob, as in KMS, so Decrypt needs no KeyId. */
const blobVersion = 1;
const ivBytes = 12;
const tagBytes = 16;

/** Symmetric keys: 256 random bits each in a file that only its owner can read. */
export class KeyRing {
  readonly #keys: { model: KeyModel; material: Buffer }[];

  constructor(directory: string, models: readonly KeyModel[]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#keys = models.map((model) => ({ model, material: materialOf(join(directory, `${model.id}.key`)) }));
  }

  /** By key id, key ARN, alias name or alias ARN. */
  find(reference: string): KeyModel {
    return this.#find(reference).model;
  }

  encrypt(reference: string, plaintext: Buffer, context: EncryptionContext): { key: KeyModel; blob: Buffer } {
    const { model, material } = this.#find(reference);
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', material, iv).setAAD(boundText(context));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const head = Buffer.from([blobVersion, model.id.length]);
    return { key: model, blob: Buffer.concat([head, Buffer.from(model.id), iv, cipher.getAuthTag(), sealed]) };
  }

  decrypt(blob: Buffer, context: EncryptionContext): { key: KeyModel; plaintext: Buffer } {
    const idEnd = 2 + (blob[1] ?? 0);
    const key = this.#keys.find(({ model }) => model.id === blob.toString('utf8', 2, idEnd));
    if (blob[0] !== blobVersion || key === undefined) throw invalidCiphertext();
    const [tagAt, sealedAt] = [idEnd + ivBytes, idEnd + ivBytes + tagBytes];
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.material, blob.subarray(idEnd, tagAt));
      decipher.setAAD(boundText(context)).setAuthTag(blob.subarray(tagAt, sealedAt));
      const plaintext = Buffer.concat([decipher.update(blob.subarray(sealedAt)), decipher.final()]);
      return { key: key.model, plaintext };
    } catch {
      // KMS does not say either whether the bytes or the context are wrong.
      throw invalidCiphertext();
    }
  }

  #find(reference: string): { model: KeyModel; material: Buffer } {
    const name = reference.includes(':alias/') ? reference.slice(reference.indexOf(':alias/') + 1) : reference;
    const key = this.#keys.find(
      ({ model }) => model.arn === reference || model.id === reference || model.aliases.includes(name),
    );
    if (key === undefined) throw new AwsError('NotFoundException', `Key '${reference}' does not exist`);
    return key;
  }
}

const invalidCiphertext = (): AwsError => new AwsError('InvalidCiphertextException', 'The ciphertext is not valid');

/** The order of the pairs does not matter to KMS. */
function boundText(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}

function materialOf(path: string): Buffer {
  if (!existsSync(path)) createWholeFile(path, randomBytes(32));
  return readFileSync(path);
}
