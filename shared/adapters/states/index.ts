import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  StartExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { PassRequest } from '../../contract/workflow.ts';
import type { PassStarter } from '../../ports/runtime.ts';

/** The pass's name is the execution's name, so Step Functions itself refuses to run a pass twice. */
export class StatesPassStarter implements PassStarter {
  private readonly client: SFNClient;
  private readonly stateMachineArn: string;

  constructor(client: SFNClient, stateMachineArn: string) {
    this.client = client;
    this.stateMachineArn = stateMachineArn;
  }

  /**
   * While an execution with this name and input still runs, Step Functions answers as if it had just been started, so
   * `started` may be said more than once. Fields go out in the order of the schema: the same request is the same input.
   */
  async start(request: PassRequest): Promise<'started' | 'exists'> {
    const command = new StartExecutionCommand({
      stateMachineArn: this.stateMachineArn,
      name: request.passId,
      input: JSON.stringify(PassRequest.parse(request)),
    });
    try {
      await this.client.send(command);
      return 'started';
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return 'exists';
      throw error;
    }
  }

  /** PENDING_REDRIVE does not count: nothing runs until a human redrives. */
  async isRunning(passId: string): Promise<boolean> {
    const executionArn = `${this.stateMachineArn.replace(':stateMachine:', ':execution:')}:${passId}`;
    try {
      const { status } = await this.client.send(new DescribeExecutionCommand({ executionArn }));
      return status === 'RUNNING';
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return false;
      throw error;
    }
  }
}
