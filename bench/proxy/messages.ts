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
  /** First connection and last octet, in either direction, by the proxy's clock. Both 0 without a connection. */
  firstMs: count,
  lastMs: count,
  receivedBytes: count,
  sentBytes: count,
  commands: SentCommandsSchema,
  /** `166 0 UID FETCH`: ms since the first connection, which connection, what. Only the first ones. */
  log: z.array(z.string()),
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
