/** The checkpoint of a folder, in the table. */
import * as z from 'zod';
import { FolderKey } from '../ids.ts';
import { ObjectRef } from '../workflow.ts';
import { count } from './primitives.ts';

export const FolderStateItem = z.object({
  uidValidity: count,
  uidNext: count,
  messageCount: count,
  highestModSeq: z.string().nullable(),
});

/** Durable folder state up to which everything is settled. Written last (watermark). */
export const FolderRecord = z.object({
  folderKey: FolderKey,
  sourcePath: z.string(),
  targetPath: z.string(),
  checkpoint: FolderStateItem,
  /** UIDVALIDITY of the target folder that the ledger's target UIDs belong to. */
  targetUidValidity: count,
  /** All settled rows of this folder. */
  ledger: ObjectRef,
  /** The plan that was settled: its chunks and those of earlier plans are in the ledger. */
  sequence: count,
  rowCount: count,
  /** Of them copied or present; absent in records of before. */
  delivered: count.optional(),
  openDoubts: count,
  /** The counts did not add up, so the next plan lists the folder whole; absent in records of before. */
  recount: z.boolean().optional(),
});
export type FolderRecord = z.infer<typeof FolderRecord>;
