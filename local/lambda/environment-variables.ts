import { devNull } from 'node:os';
import type { FunctionModel } from '../template/compute.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface Endpoints {
  s3: string;
  dynamodb: string;
  sfn: string;
  kms: string;
}

/**
 * What a handler may see of the user's own environment: what TLS and name resolution need, and nothing that could
 * make it work here and fail in AWS.
 */
const allowed = ['PATH', 'LANG', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

export interface VariablesOptions {
  fn: FunctionModel;
  region: string;
  endpoints: Endpoints;
  client: Variables;
}

/** `process.env` of an execution environment, in Lambda's words (configuration-envvars). */
export function environmentOf({ fn, region, endpoints, client }: VariablesOptions): Record<string, string> {
  const own: Record<string, string> = {};
  for (const name of allowed) {
    const value = client[name];
    if (value !== undefined) own[name] = value;
  }
  return {
    ...own,
    TZ: ':UTC',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: fn.assetDirectory,
    _HANDLER: fn.handler,
    // The key id tells the local services who is calling; nobody checks a signature.
    AWS_ACCESS_KEY_ID: fn.name,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SFN: endpoints.sfn,
    AWS_ENDPOINT_URL_KMS: endpoints.kms,
    // A profile of the user must never send a local handler to a real account.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...fn.environment,
  };
}
