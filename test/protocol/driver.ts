/** What the state machine does for one chunk: invoke, wait, invoke again. It hears nothing of a dead or paused worker. */
import type { SliceRequest, SliceResult } from '../../shared/contract/workflow.ts';
import { MigrationError } from '../../shared/errors.ts';
import { syncSlice } from '../../shared/steps/sync-slice.ts';
import type { World } from '../support/world.ts';
import type { Worker } from './schedule.ts';
import type { Network } from './network.ts';
import { watchedPorts } from './watched-ports.ts';

export type Drive = Omit<SliceRequest, 'loop' | 'observed'> & { name: string };

const mostLoops = 20;

export async function drive(world: World, network: Network, { name, ...request }: Drive): Promise<void> {
  let observed: SliceResult['observed'] = null;
  for (let loop = 0; loop < mostLoops; loop++) {
    const worker = network.scheduler.spawn(`${name}${loop}`);
    const result: SliceResult | 'failed' | 'again' | 'gone' = await Promise.race([
      invoke(world, network, { worker, request: { ...request, loop, observed } }),
      worker.gone,
    ]);
    if (result === 'failed') return;
    if (result === 'gone' || result === 'again') continue;
    if (result.status === 'done' || result.status === 'continued') return;
    if (result.status === 'wait') await wake(world, network, result.waitSeconds);
    observed = result.observed;
  }
}

async function invoke(
  world: World,
  network: Network,
  at: { worker: Worker; request: SliceRequest },
): Promise<SliceResult | 'failed' | 'again'> {
  const { random } = network.scheduler;
  // Some slices have time for a window or two only.
  let windows = random.chance(0.3) ? random.below(3) : 1_000;
  const deadline = { remainingMs: () => (windows-- > 0 ? 600_000 : 0) };
  try {
    const ports = watchedPorts(world.ports, network, at.worker);
    return await syncSlice(ports, at.request, { id: at.worker.name, deadline });
  } catch (error) {
    return error instanceof MigrationError && error.retry !== 'now' ? 'failed' : 'again';
  }
}

function wake(world: World, { scheduler }: Network, seconds: number): Promise<void> {
  const at = world.ports.clock.nowMs() + seconds * 1000;
  return new Promise((resolve) => {
    scheduler.later(null, `${seconds} s later`, {
      delay: 0,
      run: () => {
        world.advance(Math.max(0, at - world.ports.clock.nowMs()) / 1000);
        resolve();
      },
    });
  });
}
