/** Everything but mail servers, in memory: a first-class adapter that passes the same contract suites. */
import { MemoryDataStore, MemoryIntakeStore } from './objects.ts';
import { ManualClock, MemoryPassStarter, RecordingTelemetry } from './runtime.ts';
import {
  MemoryBatchStore,
  MemoryChunkStore,
  MemoryCipher,
  MemoryCredentialStore,
  MemoryFolderStore,
  MemoryMailboxStore,
} from './stores.ts';

export const memoryPorts = () => ({
  batches: new MemoryBatchStore(),
  mailboxes: new MemoryMailboxStore(),
  folders: new MemoryFolderStore(),
  chunks: new MemoryChunkStore(),
  credentials: new MemoryCredentialStore(),
  cipher: new MemoryCipher(),
  data: new MemoryDataStore(),
  intake: new MemoryIntakeStore(),
  passes: new MemoryPassStarter(),
  clock: new ManualClock(),
  telemetry: new RecordingTelemetry(),
});
