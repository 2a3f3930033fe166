/** What lies in DynamoDB and S3: small, versioned by shape, explained field by field. See docs/data-formats.md. */
export * from './counts.ts';
export * from './items/batch.ts';
export * from './items/chunk.ts';
export * from './items/folder.ts';
export * from './items/ledger.ts';
export * from './items/mailbox.ts';
export * from './items/plan.ts';
export { Code, Failure, repairNames, type Repair } from './items/primitives.ts';
export * from './items/report-lines.ts';
