import { test } from '@jest/globals';
import { explore } from './storm.ts';
import { calm } from './profiles.ts';
test('debug', async () => {
  const seed = Number(process.env['SEED']);
  const r = await explore(seed, { ...calm, uidPlus: seed % 2 === 0, faults: JSON.parse(process.env['FAULTS'] ?? '{}') });
  console.log(r.log.join('\n'), r.violations, r.verdicts, r.rows);
}, 60000);
