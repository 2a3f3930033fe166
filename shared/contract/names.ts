/** Names that infrastructure, handlers, workflow and docs share. A step has one name everywhere. */
export const steps = [
  'start-pass',
  'plan-batch',
  'plan-mailbox',
  'sync-slice',
  'settle-mailbox',
  'report-pass',
  'close-batch',
] as const;
export type Step = (typeof steps)[number];

export const passKinds = ['preflight', 'initial', 'incremental', 'final', 'verify', 'retry'] as const;
export type PassKind = (typeof passKinds)[number];

/** CloudFormation outputs of the stack, read by the CLI and the embedded stack. */
export const outputs = {
  intakeBucket: 'IntakeBucketName',
  dataBucket: 'DataBucketName',
  table: 'TableName',
  stateMachine: 'StateMachineArn',
  startPass: 'StartPassFunctionName',
} as const;

/** Environment variables of every handler; `contract/environment.ts` parses them. */
export const variables = {
  table: 'TABLE_NAME',
  intakeBucket: 'INTAKE_BUCKET',
  dataBucket: 'DATA_BUCKET',
  keyId: 'CREDENTIAL_KEY_ID',
  stateMachineArn: 'STATE_MACHINE_ARN',
} as const;

export const metricsNamespace = 'Mailferry';

/** Custom metrics; all with the dimension `service`, `errors` also with `code`. */
export const metrics = {
  messagesCopied: 'MessagesCopied',
  bytesCopied: 'BytesCopied',
  messagesPresent: 'MessagesPresent',
  messagesSkipped: 'MessagesSkipped',
  messagesQuarantined: 'MessagesQuarantined',
  mailboxesComplete: 'MailboxesComplete',
  mailboxesIncomplete: 'MailboxesIncomplete',
  slicesStuck: 'SlicesStuck',
  throttled: 'Throttled',
  errors: 'Errors',
} as const;

/** Object metadata of an uploaded CSV that asks for a certain pass: `x-amz-meta-pass: preflight`. */
export const passMetadataKey = 'pass';
