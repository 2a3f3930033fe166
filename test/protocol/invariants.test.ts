/** Hundreds of storms; each must leave nothing lost, nothing claimed falsely, and every twin reported. */
import { describe, expect, test } from '@jest/globals';
import { explore } from './storm.ts';
import { calm } from './profiles.ts';

const P: Record<string, object> = {
  base: { faults: { kill: 2, 'answer lost': 1, freeze: 2, cut: 2, no: 1, renew: 2, clock: 1 } },
  take: { faults: { kill: 2, freeze: 2, cut: 2, no: 1, 'take away': 1, foreign: 1 } },
  expunge: { faults: { kill: 2, freeze: 2, cut: 2, no: 1, expunge: 1 } },
  renum: { faults: { kill: 2, freeze: 2, cut: 2, renumber: 1 } },
  planted: { planted: [{ text: 'twin', date: '01-Mar-2026' }], windowRows: 1, faults: { kill: 1, freeze: 1, renumber: 1 } },
};
describe('storm', () => {
  test.each(Object.keys(P))('calm %s', async (name) => {
    const t0 = Date.now();
    const found: Record<string, number[]> = {};
    let n = 0;
    for (let seed = 0; seed < Number(process.env['N'] ?? 300); seed++) {
      const uidPlus = seed % 2 === 0;
      const { violations, verdicts } = await explore(seed, { ...calm, uidPlus, ...P[name] });
      n++;
      for (const v of violations) (found[`${v.rule}: ${v.detail} ${verdicts.join()} uidplus=${uidPlus}`] ??= []).push(seed);
    }
    console.log(n / ((Date.now() - t0) / 1000), 'seeds/s', JSON.stringify(found).slice(0, 4000));
    expect(Object.keys(found).length).toEqual(0);
  }, 60_000);
});
