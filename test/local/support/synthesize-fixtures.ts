/** `node --import tsx synthesize-fixtures.ts OUTDIR`: the real infra/ around the fixture handlers. */
import { fileURLToPath } from 'node:url';
import { buildApp } from '../../../infra/build-app.ts';
import type { Step } from '../../../shared/contract/names.ts';

const [outdir] = process.argv.slice(2);
if (outdir === undefined) throw new TypeError('which folder?');
const entryOf = (step: Step): string => fileURLToPath(new URL(`handlers/${step}.ts`, import.meta.url));
buildApp({ outdir, entryOf }).synth();
