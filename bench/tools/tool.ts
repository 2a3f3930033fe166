/** A program that copies a mailbox, and what has to be known to compare it fairly. */
import type { Access } from '../imap/client.ts';
import type { Program } from '../run/measure.ts';

export const toolNames = ['mailferry', 'imapsync', 'naive', 'mbsync', 'offlineimap', 'imapcopy'] as const;
export type ToolName = (typeof toolNames)[number];

export interface Pair {
  source: Access;
  target: Access;
  /** Connections to each side, for tools that can be told. */
  connections: number;
}

export interface Tool {
  name: ToolName;
  /** Says in the table what was run. */
  about: string;
  /** Waits for the server after each message: measured on a sample when a round trip takes time. */
  latencyBound: boolean;
  /** A second run copies only what is new. */
  incremental: boolean;
  /** A header line that it adds to each copy. */
  addedHeader: string | null;
  /** Writes what the program needs into `home`, where its state lies; the same `home` again is a second run. */
  program(home: string, pair: Pair): Program;
}
