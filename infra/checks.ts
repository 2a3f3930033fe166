import { Validations, type App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { buildApp, type AppOptions } from './build-app.ts';

/** The app with everything that must pass before a deployment: cdk-nag and the CDK's own template rules, as errors. */
export function buildCheckedApp(options: AppOptions = {}): App {
  const app = buildApp({ ...options, templateRules: true });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
