/** `node infra/synthesize.ts OUTDIR`: the assembly for the embedded stack, in a process of its own because CDK and bundler talk. */
import { buildApp } from './build-app.ts';

const [outdir] = process.argv.slice(2);
if (outdir === undefined) throw new TypeError('which folder?');
buildApp({ outdir }).synth();
