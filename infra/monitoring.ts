/** What one asks first when something is slow, stuck or wrong. */
import {
  Duration,
  Stack,
  aws_cloudwatch as cloudwatch,
  aws_cloudwatch_actions as actions,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_sns as sns,
  aws_sns_subscriptions as subscriptions,
  aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { metrics, metricsNamespace, steps } from '../shared/contract/names.ts';
import type { Functions } from './functions.ts';
import { savedQueries } from './saved-queries.ts';
import type { Triggers } from './triggers.ts';
import type { Workflow } from './workflow.ts';

export interface MonitoringProps {
  functions: Functions;
  workflow: Workflow;
  triggers: Triggers;
}

const period = Duration.minutes(5);

export class Monitoring extends Construct {
  private readonly topic: sns.Topic;
  private readonly alarms: cloudwatch.Alarm[] = [];

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    // No customer key: alarms carry no personal data, and a key that CloudWatch may not use drops them in silence.
    this.topic = new sns.Topic(this, 'Alarms', { displayName: 'mailferry alarms', enforceSSL: true });
    mayPublish(this.topic);
    const email: unknown = this.node.tryGetContext('alarmEmail');
    if (typeof email === 'string') this.topic.addSubscription(new subscriptions.EmailSubscription(email));
    this.watch(props);
    this.dashboard(props);
    savedQueries(this, props.functions);
  }

  private watch({ functions, workflow, triggers }: MonitoringProps): void {
    const { machine } = workflow;
    this.alarm('PassFailed', machine.metricFailed({ period }), 'A pass failed. Its report and execution say why.');
    this.alarm('PassTimedOut', machine.metricTimedOut({ period }), 'A pass ran for 30 days and was ended.');
    this.alarm(
      'SlicesStuck',
      custom(metrics.slicesStuck),
      'A chunk makes no progress. See the query "errors by code".',
    );
    this.alarm(
      'StartPassErrors',
      functions.of['start-pass'].metricErrors({ period }),
      'An upload or a tick was not understood. See the log of StartPass.',
    );
    this.alarm(
      'Undelivered',
      depth(triggers.undelivered),
      'An upload or a tick never reached StartPass. See the queue.',
    );
    this.alarm('FailedStarts', depth(triggers.failedStarts), 'StartPass gave up on a request. See the queue.');
  }

  private alarm(id: string, metric: cloudwatch.IMetric, alarmDescription: string): void {
    const alarm = new cloudwatch.Alarm(this, id, {
      metric,
      alarmDescription,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new actions.SnsAction(this.topic));
    this.alarms.push(alarm);
  }

  private dashboard({ functions, workflow: { machine } }: MonitoringProps): void {
    const all = steps.map((step) => functions.of[step]);
    const board = new cloudwatch.Dashboard(this, 'Dashboard', { dashboardName: Stack.of(this).stackName });
    board.addWidgets(new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: this.alarms, width: 24, height: 3 }));
    board.addWidgets(
      graph('Mailboxes', [custom(metrics.mailboxesComplete), custom(metrics.mailboxesIncomplete)]),
      graph('Messages per second', [rate(metrics.messagesCopied)]),
      graph('Bytes per second', [rate(metrics.bytesCopied)]),
    );
    board.addWidgets(
      graph('Messages not copied', [
        custom(metrics.messagesPresent),
        custom(metrics.messagesSkipped),
        custom(metrics.messagesQuarantined),
      ]),
      graph('Errors by code', [errorsByCode]),
      graph('Held up', [custom(metrics.throttled), custom(metrics.slicesStuck)]),
    );
    const passes = [
      machine.metricStarted(),
      machine.metricSucceeded(),
      machine.metricFailed(),
      machine.metricTimedOut(),
    ];
    board.addWidgets(
      graph('Passes', passes),
      graph('Lambda errors', all.map(errors)),
      graph('Lambda duration', all.map(p95)),
    );
  }
}

/** A policy, here the one of `enforceSSL`, replaces SNS's default that lets the account's own alarms in. */
function mayPublish(topic: sns.Topic): void {
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(topic).account } },
    }),
  );
}

const errors = (fn: lambda.Function): cloudwatch.IMetric => fn.metricErrors({ period });
const p95 = (fn: lambda.Function): cloudwatch.IMetric => fn.metricDuration({ period, statistic: 'p95' });
const depth = (queue: sqs.Queue): cloudwatch.IMetric => queue.metricApproximateNumberOfMessagesVisible({ period });

function custom(metricName: string): cloudwatch.Metric {
  const dimensionsMap = { service: 'mailferry' };
  return new cloudwatch.Metric({ namespace: metricsNamespace, metricName, dimensionsMap, statistic: 'Sum', period });
}

function rate(metricName: string): cloudwatch.IMetric {
  const usingMetrics = { n: custom(metricName) };
  return new cloudwatch.MathExpression({ expression: 'n/PERIOD(n)', usingMetrics, label: metricName, period });
}

/** A search, so that a new code needs no new widget. */
const errorsByCode = new cloudwatch.MathExpression({
  expression: `SEARCH('{${metricsNamespace},service,code} MetricName="${metrics.errors}"', 'Sum', ${period.toSeconds()})`,
  label: '',
  period,
});

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 8, leftYAxis: { min: 0 } });
}
