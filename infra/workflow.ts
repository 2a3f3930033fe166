import { RemovalPolicy, Stack, aws_iam as iam, aws_logs as logs, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import { mailboxWorkflow } from './mailbox-workflow.ts';
import { byName, persistent } from './retry-policy.ts';
import { caughtFailure, nothing, requested, stepTask } from './step-task.ts';
import { longestPass, prefixes, type Storage } from './storage.ts';

export interface WorkflowProps {
  storage: Storage;
  functions: Functions;
}

/** One pass over a batch: the execution's input is the PassRequest, its output PassReported. */
export class Workflow extends Construct {
  readonly machine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { storage, functions }: WorkflowProps) {
    super(scope, id);
    const report = reportPass(this, functions);
    const mailboxes = eachMailbox(this, storage);
    mailboxes.itemProcessor(mailboxWorkflow(this, functions), {
      mode: sfn.ProcessorMode.DISTRIBUTED,
      executionType: sfn.ProcessorType.STANDARD,
    });
    mailboxes.addCatch(report, { errors: ['States.ALL'], assign: { passFailure: caughtFailure } });
    mailboxes.next(report);

    this.machine = new sfn.StateMachine(this, 'Pass', {
      comment: 'One pass over a batch of mailboxes',
      definitionBody: sfn.DefinitionBody.fromChainable(planBatch(this, functions, { mailboxes, report })),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      timeout: longestPass,
      tracingEnabled: true,
      // Names of mailboxes and folders stay out of the logs.
      logs: { destination: this.logGroup(), level: sfn.LogLevel.ALL, includeExecutionData: false },
    });
    // Reader and writer touch encrypted objects under the machine's role; the CDK grants no key (aws-cdk issue 32144).
    storage.bucketKey.grant(this.machine, 'kms:Decrypt', 'kms:GenerateDataKey');
  }

  /** With any other name each machine adds itself to a resource policy of 5,120 characters per Region (aws-cdk issue 28900). */
  private logGroup(): logs.LogGroup {
    return new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${Stack.of(this).stackName}`,
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

const pass = { batch: requested('batch'), pass: requested('pass'), passId: requested('passId') };

function planBatch(scope: Construct, functions: Functions, next: { mailboxes: sfn.State; report: sfn.State }) {
  const plan = stepTask(scope, functions, 'plan-batch', {
    comment: 'Read settings and CSV, seal the passwords, list the mailboxes',
    // Not $states.input: after a wait that is the last answer.
    payload: sfn.TaskInput.fromObject({ ...pass, scope: requested('scope') }),
    retries: byName,
    // ReportPass reads all three, whichever way leads to it: an unassigned variable would be an error there.
    assign: {
      manifest: "{% $states.result.Payload.status = 'planned' ? $states.result.Payload.manifest : null %}",
      results: nothing,
      passFailure: nothing,
    },
  });
  plan.addCatch(next.report, {
    errors: ['States.ALL'],
    assign: { manifest: nothing, results: nothing, passFailure: caughtFailure },
  });
  const wait = sfn.Wait.jsonata(scope, 'Wait for the batch', {
    comment: 'Another pass holds it',
    time: sfn.WaitTime.seconds('{% $states.input.waitSeconds %}'),
  });
  return plan.next(
    sfn.Choice.jsonata(scope, 'Batch planned?')
      .when(sfn.Condition.jsonata("{% $states.input.status = 'wait' %}"), wait.next(plan))
      // What a Distributed Map does with an empty file is not documented.
      .when(sfn.Condition.jsonata('{% $states.input.mailboxCount = 0 %}'), next.report)
      .otherwise(next.mailboxes),
  );
}

/** Standard children: each mailbox has a history of 25,000 events of its own. A failed one never stops the others. */
function eachMailbox(scope: Construct, { data }: Storage): sfn.DistributedMap {
  return sfn.DistributedMap.jsonata(scope, 'EachMailbox', {
    comment: 'One child execution per mailbox of the manifest',
    // Part of ARNs; without it AWS makes up a UUID at each deployment.
    label: 'mailboxes',
    mapExecutionType: sfn.StateMachineType.STANDARD,
    jsonataMaxConcurrency: '{% $states.input.mailboxConcurrency %}',
    toleratedFailurePercentage: 100,
    itemReader: new ManifestReader({ bucket: data, key: '{% $states.input.manifest.key %}' }),
    // Children see no variable of the parent: all they need is in their item.
    itemSelector: { ...pass, mailboxId: '{% $states.context.Map.Item.Value.mailboxId %}' },
    resultWriterV2: new ResultsWriter({
      bucket: data,
      prefix: `{% '${prefixes.results}/' & $states.context.Execution.Input.batch & '/' & $states.context.Execution.Input.passId %}`,
    }),
    outputs: '{% {} %}',
    assign: {
      results: {
        bucket: '{% $states.result.ResultWriterDetails.Bucket %}',
        key: '{% $states.result.ResultWriterDetails.Key %}',
      },
    },
  });
}

function reportPass(scope: Construct, functions: Functions): sfn.State {
  const report = stepTask(scope, functions, 'report-pass', {
    comment: 'Account for every row of the manifest, write the report, free the batch',
    payload: sfn.TaskInput.fromObject({
      ...pass,
      manifest: '{% $manifest %}',
      results: '{% $results %}',
      failure: '{% $passFailure %}',
    }),
    retries: persistent,
  });
  const close = stepTask(scope, functions, 'close-batch', {
    comment: 'Destroy the credentials, so that no tick finds the batch again',
    payload: sfn.TaskInput.fromObject(pass),
    retries: persistent,
    // The execution's output is the report, whatever the kind of pass.
    outputs: '{% $states.input %}',
  });
  const done = sfn.Succeed.jsonata(scope, 'Done');
  const failed = sfn.Fail.jsonata(scope, 'Pass failed', {
    comment: 'Reported, and visible as a failed execution',
    error: '{% $passFailure.error %}',
    cause: '{% $passFailure.cause %}',
  });
  report.next(
    sfn.Choice.jsonata(scope, 'How did the pass end?')
      .when(sfn.Condition.jsonata('{% $passFailure != null %}'), failed)
      .when(sfn.Condition.jsonata("{% $states.context.Execution.Input.pass = 'final' %}"), close.next(done))
      .otherwise(done),
  );
  return report;
}

/** The CDK would let the machine read the whole bucket. */
class ManifestReader extends sfn.S3JsonLItemReader {
  override providePolicyStatements(): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [this.bucket.arnForObjects(`${prefixes.passes}/*`)],
      }),
    ];
  }
}

/** The CDK would let the machine overwrite the whole bucket, ledgers included. */
class ResultsWriter extends sfn.ResultWriterV2 {
  override providePolicyStatements(): iam.PolicyStatement[] {
    return super.providePolicyStatements().map((statement) => {
      const scoped = this.bucket?.arnForObjects(`${prefixes.results}/*`);
      return scoped === undefined ? statement : statement.copy({ resources: [scoped] });
    });
  }
}
