import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KMSClient } from '@aws-sdk/client-kms';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Listening } from '../../../../local/http-server.ts';
import { KeyRing } from '../../../../local/kms/keys.ts';
import { startKmsServer } from '../../../../local/kms/server.ts';
import { KmsCipher } from '../../../../shared/adapters/kms/index.ts';
import { cipherSuite } from '../../../suites/cipher-suite.ts';

const arnOf = (id: string): string => `arn:aws:kms:eu-central-1:123456789012:key/${id}`;
const keyArn = arnOf('credentials');
const context = { batch: 'wave1', mailboxId: 'ada' };

let directory: string;
let server: Listening;
let client: KMSClient;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mailferry-kms-'));
  const models = ['credentials', 'buckets'].map((id) => ({ id, arn: arnOf(id), aliases: [] }));
  server = await startKmsServer({ keys: new KeyRing(directory, models), authorize: () => undefined });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new KMSClient({ endpoint: server.endpoint, region: 'eu-central-1', credentials });
});
afterAll(async () => {
  client.destroy();
  await server.close();
  await rm(directory, { recursive: true });
});

cipherSuite('kms', async () => new KmsCipher(client, keyArn));

describe('kms', () => {
  test('the order of the context does not matter', async () => {
    const cipher = new KmsCipher(client, keyArn);
    const sealed = await cipher.encrypt(Buffer.from('x'), context);
    const turned = { mailboxId: 'ada', batch: 'wave1' };
    expect(Buffer.from(await cipher.decrypt(sealed, turned)).toString()).toBe('x');
  });

  test('octets that are no ciphertext, and those of another key, are unreadable', async () => {
    const sealed = await new KmsCipher(client, arnOf('buckets')).encrypt(Buffer.from('x'), context);
    const cipher = new KmsCipher(client, keyArn);
    for (const foreign of [sealed, Buffer.from('not sealed')]) {
      await expect(cipher.decrypt(foreign, context)).rejects.toMatchObject({ code: 'CREDENTIAL_UNREADABLE' });
    }
  });

  test('a key that is not there is a failure of its own', async () => {
    const cipher = new KmsCipher(client, arnOf('gone'));
    await expect(cipher.encrypt(Buffer.from('x'), context)).rejects.toThrow('does not exist');
  });
});
