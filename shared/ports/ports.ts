import type { DataStore, IntakeStore } from './objects.ts';
import type { MailServers } from './mail.ts';
import type { Clock, PassStarter, Telemetry } from './runtime.ts';
import type { BatchStore, ChunkStore, Cipher, CredentialStore, FolderStore, MailboxStore } from './stores.ts';

/** Everything a step may need; each step takes the `Pick` it really uses. */
export interface Ports {
  batches: BatchStore;
  mailboxes: MailboxStore;
  folders: FolderStore;
  chunks: ChunkStore;
  credentials: CredentialStore;
  cipher: Cipher;
  data: DataStore;
  intake: IntakeStore;
  servers: MailServers;
  passes: PassStarter;
  clock: Clock;
  telemetry: Telemetry;
}
