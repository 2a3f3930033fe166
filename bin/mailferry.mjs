#!/usr/bin/env node
// TypeScript is run as it is: no build step between what is read and what runs.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
