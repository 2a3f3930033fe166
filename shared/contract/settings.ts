/** `migration.json`: what the administrator decides for a batch. Unknown keys are refused with the nearest known one. */
import * as z from 'zod';

const Connections = z.strictObject({
  /** Connections to this server in all, over every mailbox of the batch. */
  total: z.number().int().min(1).max(1000).optional(),
  /** Connections for one mailbox at once. */
  perMailbox: z.number().int().min(1).max(16).optional(),
});

export const EndpointSettings = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65535),
  tls: z.enum(['implicit', 'starttls', 'none']),
  auth: z.literal('password'),
  /** PEM file beside migration.json whose certificates are trusted too. */
  caFile: z.string().min(1).optional(),
  allowPlaintext: z.boolean().optional(),
  allowPrivateAddress: z.boolean().optional(),
  connections: Connections.optional(),
});
export type EndpointSettings = z.infer<typeof EndpointSettings>;

const Interval = z.string().regex(/^[1-9]\d{0,3}\s?(m|min|h|d)$/, 'write an interval like "15m", "6h" or "1d"');

export const Settings = z.strictObject({
  source: EndpointSettings,
  target: EndpointSettings,
  folders: z
    .strictObject({
      /** Globs over decoded source names (`*` crosses levels) or special-use tokens (`\Junk`). Default: everything. */
      include: z.array(z.string().min(1)).optional(),
      exclude: z.array(z.string().min(1)).optional(),
      /** Source name -> target name, both decoded, `/` as delimiter. */
      map: z.record(z.string().min(1), z.string().min(1)).optional(),
      /** Everything goes below this target folder. */
      targetRoot: z.string().min(1).optional(),
    })
    .optional(),
  limits: z
    .strictObject({
      /** Largest message that is tried; the target's own limit counts too. Default 35 MB. */
      messageBytes: z.number().int().min(1).optional(),
      /** Messages of a mailbox that are delivered, the newest; those already delivered count. Default 500,000. */
      itemsPerMailbox: z.number().int().min(1).optional(),
    })
    .optional(),
  schedule: z.strictObject({ every: Interval.optional() }).optional(),
});
export type Settings = z.infer<typeof Settings>;

export const defaults = {
  connectionsTotal: 20,
  connectionsPerMailbox: 2,
  messageBytes: 35 * 1024 * 1024,
  itemsPerMailbox: 500_000,
  every: '24h',
} as const;
