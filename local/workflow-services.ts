import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Authorizer } from './iam/authorizer.ts';
import { LambdaError, PoolClosedError } from './lambda/errors.ts';
import type { LambdaPool } from './lambda/pool.ts';
import type { ObjectStore } from './s3/object-store.ts';
import type { StackEvent } from './stack-events.ts';
import { StackClosed, StatesError } from './states/errors.ts';
import type { WorkflowServices, WorkflowStorage } from './states/services.ts';
import type { MachineModel } from './template/compute.ts';

interface Parts {
  pool: LambdaPool;
  store: ObjectStore;
  authorizer: Authorizer;
  clock: Clock;
  onEvent: (event: StackEvent) => void;
}

/** What a state machine may use of the stack, under its own role. */
export function workflowServices(machine: MachineModel, parts: Parts): WorkflowServices {
  const { pool, authorizer, clock, onEvent } = parts;
  return {
    clock,
    onEvent,
    random: Math.random,
    storage: workflowStorage(machine, parts),
    async invoke(functionName, payload, onBegin) {
      try {
        const resource = machine.arn.replace(/:states:(.*):stateMachine:.*$/, `:lambda:$1:function:${functionName}`);
        authorizer.checkRole(machine.roleArn, { action: 'lambda:InvokeFunction', resource });
        const { result, requestId } = await pool.invoke(functionName, payload, onBegin);
        return { payload: result, requestId };
      } catch (error) {
        throw asStatesError(error);
      }
    },
  };
}

function asStatesError(error: unknown): Error {
  if (error instanceof PoolClosedError) return new StackClosed(error.message);
  if (error instanceof LambdaError) {
    const { errorType, errorMessage } = error.failure;
    // Errors of the service itself come as text, those of a function as JSON.
    return new StatesError(errorType, errorType.startsWith('Lambda.') ? errorMessage : JSON.stringify(error.failure));
  }
  const message = error instanceof Error ? error.message : String(error);
  return new StatesError('Lambda.AccessDeniedException', message);
}

function workflowStorage(machine: MachineModel, { store, authorizer }: Parts): WorkflowStorage {
  const check = (action: string, bucket: string, key?: string): void => {
    const resource = `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
    authorizer.checkRole(machine.roleArn, { action, resource });
  };
  return {
    async read(bucket, key, versionId) {
      check(versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', bucket, key);
      return store.read(bucket, key, versionId);
    },
    async list(bucketName, prefix) {
      check('s3:ListBucket', bucketName);
      const bucket = store.bucket(bucketName);
      return bucket.keys().flatMap((Key) => {
        const version = Key.startsWith(prefix) ? bucket.current(Key) : undefined;
        if (version === undefined) return [];
        const LastModified = Math.floor(Date.parse(version.modifiedAt) / 1000);
        return [{ Etag: version.etag, Key, LastModified, Size: version.sizeBytes, StorageClass: 'STANDARD' }];
      });
    },
    write(bucket, key, body) {
      check('s3:PutObject', bucket, key);
      const md5 = createHash('md5').update(createHash('md5').update(body).digest()).digest('hex');
      store.putBuffer(bucket, key, body, { reason: 'CompleteMultipartUpload', etag: `"${md5}-1"` });
    },
    checkWrite(bucket, key) {
      check('s3:PutObject', bucket, key);
      store.bucket(bucket);
    },
  };
}
