import { Logger } from '@aws-lambda-powertools/logger';
import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics';
import { metricsNamespace } from '../../contract/names.ts';
import type { ErrorCode } from '../../errors.ts';
import type { LogFields, Metric, Telemetry } from '../../ports/runtime.ts';

/** Everything a line may hold. A type does not stop an object that has more than it says; this list does. */
const allowed: Readonly<Record<keyof LogFields, true>> = {
  step: true,
  batch: true,
  passId: true,
  mailboxId: true,
  chunkId: true,
  folderKey: true,
  uid: true,
  code: true,
  count: true,
  sizeBytes: true,
  durationMs: true,
  waitSeconds: true,
  reason: true,
  requestId: true,
};

/**
 * JSON lines and metrics in CloudWatch's embedded format, both on standard output. Metrics are collected: the handler
 * calls `flush` before it returns, also when it fails.
 */
export class PowertoolsTelemetry implements Telemetry {
  private readonly logger: Logger;
  private readonly metrics: Metrics;

  constructor(logger: Logger = new Logger(), metrics: Metrics = new Metrics({ namespace: metricsNamespace })) {
    this.logger = logger;
    this.metrics = metrics;
  }

  info(message: string, fields: LogFields): void {
    this.logger.info(message, onlyAllowed(fields));
  }

  warn(message: string, fields: LogFields): void {
    this.logger.warn(message, onlyAllowed(fields));
  }

  error(message: string, fields: LogFields): void {
    this.logger.error(message, onlyAllowed(fields));
  }

  count(metric: Metric, value: number, code?: ErrorCode): void {
    const unit = metric === 'BytesCopied' ? MetricUnit.Bytes : MetricUnit.Count;
    this.metrics.addMetric(metric, unit, value);
    if (code === undefined) return;
    // Written at once, because its dimension would else hold for all that is collected.
    this.metrics.singleMetric().addDimension('code', code).addMetric(metric, unit, value);
  }

  /** Idempotent. */
  flush(): void {
    if (this.metrics.hasStoredMetrics()) this.metrics.publishStoredMetrics();
  }
}

function onlyAllowed(fields: LogFields): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => Object.hasOwn(allowed, name) && value !== undefined),
  );
}
