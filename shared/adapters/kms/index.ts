import {
  DecryptCommand,
  EncryptCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { MigrationError } from '../../errors.ts';
import type { Cipher } from '../../ports/stores.ts';

/** Direct encryption under the customer's key: what it seals never exceeds the 4,096 octets KMS takes. */
export class KmsCipher implements Cipher {
  private readonly client: KMSClient;
  private readonly keyId: string;

  constructor(client: KMSClient, keyId: string) {
    this.client = client;
    this.keyId = keyId;
  }

  /** Not deterministic: the same plaintext gives another ciphertext each time. */
  async encrypt(plaintext: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array> {
    const { CiphertextBlob } = await this.client.send(
      new EncryptCommand({ KeyId: this.keyId, Plaintext: plaintext, EncryptionContext: { ...context } }),
    );
    if (!CiphertextBlob) throw new MigrationError('INTERNAL', 'KMS answered without a ciphertext.');
    return CiphertextBlob;
  }

  async decrypt(ciphertext: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array> {
    const command = new DecryptCommand({
      KeyId: this.keyId,
      CiphertextBlob: ciphertext,
      EncryptionContext: { ...context },
    });
    try {
      const { Plaintext } = await this.client.send(command);
      if (!Plaintext) throw new MigrationError('INTERNAL', 'KMS answered without a plaintext.');
      return Plaintext;
    } catch (error) {
      if (isForeign(error)) {
        throw new MigrationError('CREDENTIAL_UNREADABLE', 'The credential was sealed for another mailbox.');
      }
      throw error;
    }
  }
}

/** KMS does not tell a wrong context from wrong octets. */
function isForeign(error: unknown): boolean {
  return error instanceof InvalidCiphertextException || error instanceof IncorrectKeyException;
}
