import { AwsError } from '../aws-json.ts';
import { S3Error } from '../s3/errors.ts';
import type { Statement } from '../template/policies.ts';
import type { StackModel } from '../template/stack-model.ts';

export interface AccessRequest {
  action: string;
  resource: string;
}

const keyActions: Readonly<Record<string, string>> = {
  's3:GetObject': 'kms:Decrypt',
  's3:GetObjectVersion': 'kms:Decrypt',
  's3:PutObject': 'kms:GenerateDataKey',
};

export class AccessDenied extends Error {
  override name = 'AccessDenied';
}

/**
 * Checks calls against the roles that the template gives out, so that a missing grant fails here and not after the
 * first deploy. Identity policies only: Allow, Deny and wildcards; conditions are taken as met, and bucket and key
 * policies are not read.
 */
export class Authorizer {
  readonly #policies: ReadonlyMap<string, Statement[]>;
  readonly #roleOfFunction: ReadonlyMap<string, string>;
  readonly #keyOfBucket: ReadonlyMap<string, string | undefined>;

  constructor({ policies, functions, buckets }: Pick<StackModel, 'policies' | 'functions' | 'buckets'>) {
    this.#policies = policies;
    this.#roleOfFunction = new Map(functions.map((fn) => [fn.name, fn.roleArn]));
    this.#keyOfBucket = new Map(buckets.map((bucket) => [`arn:aws:s3:::${bucket.name}`, bucket.keyArn]));
  }

  /** The caller is the access key id of the request: a function's name, or the user's own, who may do everything. */
  check(authorization: string | undefined, request: AccessRequest): void {
    const caller = /Credential=([^/,]+)\//.exec(authorization ?? '')?.[1] ?? '';
    const role = this.#roleOfFunction.get(caller);
    if (role !== undefined) this.checkRole(role, request, caller);
  }

  checkRole(roleArn: string, request: AccessRequest, caller = roleArn): void {
    for (const needed of [request, ...this.#keyAccess(request)]) this.#checkOne(roleArn, needed, caller);
  }

  /** With SSE-KMS, S3 uses the key in the caller's name: forgetting that grant is a classic of first deploys. */
  #keyAccess({ action, resource }: AccessRequest): AccessRequest[] {
    const keyAction = keyActions[action];
    const key = this.#keyOfBucket.get(resource.split('/')[0] ?? '');
    return keyAction === undefined || key === undefined ? [] : [{ action: keyAction, resource: key }];
  }

  #checkOne(roleArn: string, { action, resource }: AccessRequest, caller: string): void {
    const matching = (this.#policies.get(roleArn) ?? []).filter(
      (statement) =>
        statement.actions.some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase())) &&
        statement.resources.some((pattern) => matchesPattern(pattern, resource)),
    );
    const allowed = matching.length > 0 && matching.every(({ effect }) => effect === 'Allow');
    if (!allowed)
      throw new AccessDenied(
        `${caller} is not authorized to perform: ${action} on resource: ${resource} (no statement of the template allows it)`,
      );
  }
}

/** IAM wildcards: `*` is any text, `?` is one character. */
export function matchesPattern(pattern: string, value: string): boolean {
  if (pattern === '*' || pattern === value) return true;
  if (!pattern.includes('*') && !pattern.includes('?')) return false;
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}

/** The same refusal in the words of each protocol. */
export function asS3Error(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof AccessDenied ? new S3Error(403, 'AccessDenied', error.message) : error;
  }
}

export function asAwsError(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof AccessDenied ? new AwsError('AccessDeniedException', error.message) : error;
  }
}
