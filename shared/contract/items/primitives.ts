/** What records of several kinds have in common. */
import * as z from 'zod';
import { isErrorCode, type ErrorCode } from '../../errors.ts';

export const count = z.number().int().min(0);
export const Instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/);
export const Code = z.custom<ErrorCode>(
  (value) => typeof value === 'string' && isErrorCode(value),
  'not a code of the catalogue',
);

/** Why something is incomplete, for people. Holds no secret, no subject. */
export const Failure = z.object({ code: Code, message: z.string().max(1000), hint: z.string() });
export type Failure = z.infer<typeof Failure>;

/** What was done to a message so that the target took it; `core/repair` says how. */
export const repairNames = ['bare-newlines', 'nul-octets', 'flags', 'date'] as const;
export type Repair = (typeof repairNames)[number];
export const Repairs = z.array(z.enum(repairNames)).optional();
