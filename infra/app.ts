/** Entry of the CDK command line (`cdk.json`). */
import { buildCheckedApp } from './checks.ts';

buildCheckedApp().synth();
