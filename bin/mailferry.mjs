#!/usr/bin/env node
// TypeScript is run as it is: no build step between what is read and what runs.
import { register } from 'tsx/esm/api';

// The SDK's note on Node versions is for who updates it; its version is pinned here.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
register();
const { main } = await import('../cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
