import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { AwsError, jsonHandler, unknownOperation } from '../aws-json.ts';
import { type Listening, listen } from '../http-server.ts';
import type { Json } from '../json.ts';
import type { KeyRing } from './keys.ts';

export interface KmsServerOptions {
  keys: KeyRing;
  authorize: (call: { authorization: string | undefined; action: string; resource: string }) => void;
}

const plaintextLimitBytes = 4096;
const Blob = z.string().transform((text) => Buffer.from(text, 'base64'));
const Context = z.record(z.string(), z.string()).default({});
const EncryptInput = z.object({ KeyId: z.string(), Plaintext: Blob, EncryptionContext: Context });
const DecryptInput = z.object({ KeyId: z.string().optional(), CiphertextBlob: Blob, EncryptionContext: Context });
const DataKeyInput = z.object({
  KeyId: z.string(),
  EncryptionContext: Context,
  KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
  NumberOfBytes: z.number().int().min(1).max(1024).optional(),
});
const KeyInput = z.object({ KeyId: z.string() });

type Operation = (input: Json, authorize: (keyArn: string) => void) => Json;

/** The four calls that envelope encryption needs (`TrentService`). */
export function startKmsServer({ keys, authorize }: KmsServerOptions): Promise<Listening> {
  const operations = kmsOperations(keys);
  return listen(
    jsonHandler(({ operation, input, authorization }) => {
      const run = operations[operation];
      if (run === undefined) throw unknownOperation(operation);
      return run(input, (resource) => authorize({ authorization, action: `kms:${operation}`, resource }));
    }),
  );
}

function kmsOperations(keys: KeyRing): Record<string, Operation> {
  return {
    Encrypt(input, authorize) {
      const { KeyId, Plaintext, EncryptionContext } = EncryptInput.parse(input);
      authorize(keys.find(KeyId).arn);
      if (Plaintext.length === 0 || Plaintext.length > plaintextLimitBytes)
        throw new AwsError('ValidationException', `Plaintext must have 1 to ${plaintextLimitBytes} bytes`);
      const { key, blob } = keys.encrypt(KeyId, Plaintext, EncryptionContext);
      return { CiphertextBlob: blob.toString('base64'), KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
    Decrypt(input, authorize) {
      const { KeyId, CiphertextBlob, EncryptionContext } = DecryptInput.parse(input);
      const { key, plaintext } = keys.decrypt(CiphertextBlob, EncryptionContext);
      authorize(key.arn);
      if (KeyId !== undefined && keys.find(KeyId).id !== key.id)
        throw new AwsError(
          'IncorrectKeyException',
          'The key ID in the request does not identify the key of the ciphertext',
        );
      return { Plaintext: plaintext.toString('base64'), KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
    GenerateDataKey(input, authorize) {
      const { KeyId, EncryptionContext, KeySpec, NumberOfBytes } = DataKeyInput.parse(input);
      authorize(keys.find(KeyId).arn);
      const plaintext = randomBytes(NumberOfBytes ?? (KeySpec === 'AES_128' ? 16 : 32));
      const { key, blob } = keys.encrypt(KeyId, plaintext, EncryptionContext);
      return { CiphertextBlob: blob.toString('base64'), Plaintext: plaintext.toString('base64'), KeyId: key.arn };
    },
    DescribeKey(input, authorize) {
      const key = keys.find(KeyInput.parse(input).KeyId);
      authorize(key.arn);
      const metadata = {
        KeyId: key.id,
        Arn: key.arn,
        Enabled: true,
        KeyState: 'Enabled',
        KeySpec: 'SYMMETRIC_DEFAULT',
      };
      return { KeyMetadata: { ...metadata, KeyUsage: 'ENCRYPT_DECRYPT', KeyManager: 'CUSTOMER' } };
    },
  };
}
