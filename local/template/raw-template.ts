import * as z from 'zod';
import type { Json, JsonObject } from '../json.ts';

/** The template as `cdk synth` writes it; only what is read here. Checking every property is the resolver's business. */
export const RawTemplate = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.custom<Json>().optional() })).default({}),
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.custom<JsonObject>().default({}), Condition: z.string().optional() }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.custom<Json>() })).default({}),
});
export type RawTemplate = z.infer<typeof RawTemplate>;

/** `<stack>.assets.json`: from the hash in `Code.S3Key` to the directory with the bundle. */
export const AssetManifest = z.object({
  files: z.record(
    z.string(),
    z.object({ source: z.object({ path: z.string().optional(), packaging: z.string().optional() }) }),
  ),
});
export type AssetManifest = z.infer<typeof AssetManifest>;
