/** The copy protocol over one folder as a model for the checker. */
import { claim } from './claim.ts';
import type { Model } from './checker.ts';
import { Codec } from './codec.ts';
import { violations } from './judge.ts';
import { world } from './servers.ts';
import { settle } from './settle.ts';
import { settingOf, startOf, type Instance } from './setting.ts';
import type { State } from './state.ts';
import { work } from './window.ts';

export function modelOf(instance: Instance): Model<State> {
  const setting = settingOf(instance);
  const start = startOf(setting);
  const codec = new Codec(start, (instance.budget.lostWrite ?? 0) > 0);
  return {
    start,
    width: codec.width,
    encode: (state) => codec.encode(state),
    decode: (vector) => codec.decode(vector),
    violations: (state) => violations(setting, state),
    isFinal: ({ pass }) =>
      pass.number === setting.lastPass && pass.verdict !== null && pass.verdict.verdict !== 'incomplete',
    expand: (state, emit) => {
      const step = (label: string, next: State, fault = false): void => emit(label, next, fault);
      state.workers.forEach((worker, w) => {
        if (worker) work({ setting, state, w, worker, emit: step });
        else claim(setting, { state, w, emit: step });
      });
      world(setting, state, step);
      settle(setting, state, step);
    },
  };
}
