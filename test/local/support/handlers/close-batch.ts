import { type BatchClosing, CloseRequest } from '../../../../shared/contract/workflow.ts';
import { count } from './fixture-world.ts';

export async function handler(source: unknown): Promise<BatchClosing> {
  const { batch } = CloseRequest.parse(source);
  await count(`close-batch ${batch}`);
  return { status: 'closed', reason: '' };
}
