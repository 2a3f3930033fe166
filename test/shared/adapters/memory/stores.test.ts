import {
  MemoryBatchStore,
  MemoryChunkStore,
  MemoryCipher,
  MemoryCredentialStore,
  MemoryFolderStore,
  MemoryMailboxStore,
} from '../../../../shared/adapters/memory/stores.ts';
import { batchStoreSuite } from '../../../suites/batch-store-suite.ts';
import { chunkStoreSuite } from '../../../suites/chunk-store-suite.ts';
import { cipherSuite } from '../../../suites/cipher-suite.ts';
import { credentialStoreSuite } from '../../../suites/credential-store-suite.ts';
import { folderStoreSuite } from '../../../suites/folder-store-suite.ts';
import { mailboxStoreSuite } from '../../../suites/mailbox-store-suite.ts';

batchStoreSuite('memory', async () => new MemoryBatchStore());
mailboxStoreSuite('memory', async () => new MemoryMailboxStore());
folderStoreSuite('memory', async () => new MemoryFolderStore());
chunkStoreSuite('memory', async () => new MemoryChunkStore());
credentialStoreSuite('memory', async () => new MemoryCredentialStore());
cipherSuite('memory', async () => new MemoryCipher());
