import * as cdk from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { outputs, type Step } from '../shared/contract/names.ts';
import { acknowledgeFindings } from './acknowledgements.ts';
import { Functions } from './functions.ts';
import { Monitoring } from './monitoring.ts';
import { Storage } from './storage.ts';
import { Triggers } from './triggers.ts';
import { Workflow } from './workflow.ts';

export interface MigrationStackProps extends cdk.StackProps {
  entryOf: (step: Step) => string;
}

/** What exists in AWS, in the order in which it depends on each other. */
export class MigrationStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: MigrationStackProps) {
    super(scope, id, props);
    const storage = new Storage(this, 'Storage');
    const functions = new Functions(this, 'Functions', { storage, entryOf: props.entryOf });
    const workflow = new Workflow(this, 'Workflow', { storage, functions });
    const triggers = new Triggers(this, 'Triggers', { storage, functions, workflow });
    new Monitoring(this, 'Monitoring', { functions, workflow, triggers });

    new cdk.CfnOutput(this, outputs.intakeBucket, { value: storage.intake.bucketName });
    new cdk.CfnOutput(this, outputs.dataBucket, { value: storage.data.bucketName });
    new cdk.CfnOutput(this, outputs.table, { value: storage.table.tableName });
    new cdk.CfnOutput(this, outputs.stateMachine, { value: workflow.machine.stateMachineArn });
    new cdk.CfnOutput(this, outputs.startPass, { value: functions.of['start-pass'].functionName });
    acknowledgeFindings(this, { storage, functions, workflow, triggers });
  }
}
