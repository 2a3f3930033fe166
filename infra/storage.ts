import { Duration, RemovalPolicy, aws_dynamodb as dynamodb, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** First segments of the data bucket's keys (shared/contract/keys.ts; `results` is the ResultWriter's). */
export const prefixes = {
  passes: 'passes',
  plans: 'plans',
  ledgers: 'ledgers',
  quarantine: 'quarantine',
  reports: 'reports',
  results: 'results',
} as const;

/** A pass cannot be older: the state machine times out. Plans and results must outlive it. */
export const longestPass = Duration.days(30);

/**
 * Two keys, because whoever reads an object must be able to decrypt with the buckets' key, and that must not open the
 * credentials. Deleting the buckets' key shreds all mail content at once when a migration is over.
 * No physical names: retained resources of a failed first deployment would block the second one.
 */
export class Storage extends Construct {
  readonly credentialKey: kms.Key;
  readonly bucketKey: kms.Key;
  readonly intake: s3.Bucket;
  readonly data: s3.Bucket;
  readonly table: dynamodb.Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.credentialKey = new kms.Key(this, 'CredentialKey', {
      description: 'mailferry: mailbox passwords in the table',
      enableKeyRotation: true,
    });
    this.bucketKey = new kms.Key(this, 'BucketKey', {
      description: 'mailferry: uploads, ledgers, quarantined messages, reports',
      enableKeyRotation: true,
    });
    this.intake = this.bucket('Intake', intakeRules);
    this.data = this.bucket('Data', dataRules);
    sendEvents(this.intake);
    this.table = this.checkpoints();
  }

  private bucket(id: string, lifecycleRules: s3.LifecycleRule[]): s3.Bucket {
    return new s3.Bucket(this, id, {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.bucketKey,
      // One KMS call per bucket key instead of one per object: ledger parts are many and small.
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private checkpoints(): dynamodb.Table {
    return new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}

/**
 * The CSV holds passwords, `migration.json` beside it must stay, and a rule's filter knows prefix, tag and size but no
 * suffix (S3 User Guide, "Lifecycle configuration elements"). So current versions never expire here: PlanBatch deletes
 * the CSV and its older versions. What the rule adds is that nothing overwritten or deleted by hand outlives a day. A CSV
 * that was never processed stays, but not silently: its event is in a queue with an alarm, or its pass has failed.
 */
const intakeRules: s3.LifecycleRule[] = [
  {
    id: 'forget-replaced-uploads',
    noncurrentVersionExpiration: Duration.days(1),
    expiredObjectDeleteMarker: true,
    abortIncompleteMultipartUploadAfter: Duration.days(1),
  },
];

/** Ledgers, quarantine, reports and passes (redacted CSV) are evidence: no rule names them. */
const dataRules: s3.LifecycleRule[] = [
  {
    id: 'forget-replaced-objects',
    noncurrentVersionExpiration: longestPass,
    expiredObjectDeleteMarker: true,
    abortIncompleteMultipartUploadAfter: Duration.days(1),
  },
  // Rows of a window that was left open are read by the *next* pass, whenever that is: ample, and they are small.
  { id: 'forget-plans', prefix: `${prefixes.plans}/`, expiration: Duration.days(180) },
  // Written when the Map ends and read by ReportPass right after.
  { id: 'forget-results', prefix: `${prefixes.results}/`, expiration: Duration.days(30) },
];

/** `eventBridgeEnabled` would add a Python custom resource for what CloudFormation does by itself. */
function sendEvents(bucket: s3.Bucket): void {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof s3.CfnBucket)) throw new TypeError('a bucket without a CfnBucket');
  resource.addPropertyOverride('NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled', true);
}
