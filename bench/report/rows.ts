/** What is measured, as it is kept in results.json. */
import * as z from 'zod';
import { corpusKinds } from '../corpus/corpora.ts';
import { Traffic } from '../proxy/messages.ts';
import { variants, type Variant } from '../servers.ts';
import { toolNames } from '../tools/tool.ts';

const seconds = z.number();
/** Of all cores, used by processes that are no part of the measurement. */
const share = z.number();

/** Through the delay proxy; null without one. */
const MailTraffic = z.object({ source: Traffic, target: Traffic });
export type MailTraffic = z.infer<typeof MailTraffic>;

export const QuietRow = z.object({
  roundTripMs: z.number(),
  wallSeconds: seconds,
  /** As `CopyRow.copySeconds`. */
  copySeconds: seconds,
  cpuSeconds: seconds,
  othersShare: share,
  mail: MailTraffic.nullable(),
  wrong: z.string().nullable(),
});
export type QuietRow = z.infer<typeof QuietRow>;

export const CopyRow = z.object({
  tool: z.enum(toolNames),
  corpus: z.object({ kind: z.enum(corpusKinds), count: z.number() }),
  roundTripMs: z.number(),
  variant: z.enum(variants),
  connections: z.number(),
  /** What was copied: a sample of the corpus where `copied` is less than its count. */
  copied: z.number(),
  copiedBytes: z.number(),
  corpusBytes: z.number(),
  /** Of the whole process. */
  wallSeconds: seconds,
  /** mailferry: from "pass started" to "pass ended". Others: the whole process. */
  copySeconds: seconds,
  /** Of the whole process tree, start-up included. */
  cpuSeconds: seconds,
  serverCpuSeconds: seconds,
  peakRssBytes: z.number(),
  othersShare: share,
  mail: MailTraffic.nullable(),
  /** Null when the copy is what the source holds; else what is wrong. */
  wrong: z.string().nullable(),
  quiet: z.array(QuietRow),
});
export type CopyRow = z.infer<typeof CopyRow>;

/** The physical limit: what one side can do when the other costs nothing. */
export const LimitRow = z.object({
  corpus: z.object({ kind: z.enum(corpusKinds), count: z.number() }),
  roundTripMs: z.number(),
  variant: z.enum(variants),
  connections: z.number(),
  appendSeconds: seconds,
  fetchSeconds: seconds,
  othersShare: share,
});
export type LimitRow = z.infer<typeof LimitRow>;

/** One worker that copies very large messages, a process of its own. */
export const MemoryRow = z.object({
  messages: z.number(),
  messageBytes: z.number(),
  peakRssBytes: z.number(),
  wallSeconds: seconds,
  cpuSeconds: seconds,
  wrong: z.string().nullable(),
});
export type MemoryRow = z.infer<typeof MemoryRow>;

export const Results = z.object({
  version: z.literal(1),
  startedAt: z.string(),
  machine: z.record(z.string(), z.string()),
  quick: z.boolean(),
  /** Tools that were asked for and are not here. */
  missing: z.array(z.enum(toolNames)),
  versions: z.record(z.string(), z.string()),
  /** An empty mailbox: what a run costs by itself. */
  empty: z.array(CopyRow),
  copies: z.array(CopyRow),
  limits: z.array(LimitRow),
  memory: MemoryRow.nullable(),
});
export type Results = z.infer<typeof Results>;

/** What a target did not offer must not have been used, or the figure is of another target. */
export function literalFault(variant: Variant, { commands }: Traffic): string | null {
  if (commands.early > 0) return `${commands.early} synchronizing literals were sent without waiting`;
  if (variant === 'synchronizing' && commands.unwaited > 0)
    return `${commands.unwaited} literals of a kind that the target did not offer`;
  return null;
}

/** Beside more foreign work than this a figure is marked. */
export const disturbedShare = 0.15;
