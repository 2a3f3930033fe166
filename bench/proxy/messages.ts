/** What the bench and its delay proxy, a process of its own, say to each other. */
import * as z from 'zod';

const count = z.number();

const SentCommandsSchema = z.object({
  byName: z.record(z.string(), count),
  total: count,
  waited: count,
  unwaited: count,
  largestUnwaitedBytes: count,
  early: count,
});

export const Traffic = z.object({
  connections: count,
  /** From the first connection to the last octet, in either direction. 0 without a connection. */
  activeMs: count,
  receivedBytes: count,
  sentBytes: count,
  commands: SentCommandsSchema,
  /** The first commands of all connections: when (ms since the first connection), on which connection, what. */
  log: z.array(z.object({ atMs: count, connection: count, name: z.string() })),
});
export type Traffic = z.infer<typeof Traffic>;

export const ProxyAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ports'), ports: z.array(z.number()) }),
  z.object({ type: z.literal('traffic'), traffic: z.array(Traffic) }),
]);
export type ProxyAnswer = z.infer<typeof ProxyAnswer>;

export const ProxyRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listen'), delayMs: z.number(), targetPorts: z.array(z.number()) }),
  /** Answers what went through since the last question, and starts anew. */
  z.object({ type: z.literal('take') }),
]);
export type ProxyRequest = z.infer<typeof ProxyRequest>;
