import { fileURLToPath } from 'node:url';
import * as cdk from 'aws-cdk-lib';
import type { Step } from '../shared/contract/names.ts';
import { MigrationStack } from './migration-stack.ts';

export interface AppOptions {
  /** Where the template and the bundles go; the CDK decides when absent. */
  outdir?: string;
  /** Source file of a step's handler; `functions/<step>.ts` when absent. */
  entryOf?: (step: Step) => string;
  /** False leaves the bundles out: for tests that read the template only. */
  bundle?: boolean;
  /** The CDK's own rules for templates, 1.4 s: for deployments (checks.ts), not for a laptop's start. */
  templateRules?: boolean;
}

/** Here and not only in cdk.json, which the embedded stack and the tests never read. */
function context({ bundle = true }: AppOptions): Record<string, unknown> {
  return {
    // Without it `resultWriterV2` is dropped in silence (aws-cdk issue 35966).
    '@aws-cdk/aws-stepfunctions:useDistributedMapResultWriterV2': true,
    // Findings of the template rules are errors, not warnings.
    '@aws-cdk/core:validateAgainstDefaultRules': true,
    ...(bundle ? {} : { 'aws:cdk:bundling-stacks': [] }),
  };
}

/** The whole app, not yet synthesized. Does not depend on the working directory, an account or a Region. */
export function buildApp(options: AppOptions = {}): cdk.App {
  const app = new cdk.App({
    outdir: options.outdir,
    // No CDKMetadata resource: the template holds only what mailferry needs.
    analyticsReporting: false,
    builtinCloudFormationValidation: options.templateRules ?? false,
    postCliContext: context(options),
  });
  new MigrationStack(app, 'mailferry', {
    description: 'mailferry: IMAP mailbox migration',
    entryOf: options.entryOf ?? ((step) => fileURLToPath(new URL(`../functions/${step}.ts`, import.meta.url))),
  });
  return app;
}
