/** How much of the machine others used during a measurement: a figure taken beside other work is marked. */
import { availableParallelism } from 'node:os';
import { machineCpuSeconds, treeCpuSeconds } from './process-tree.ts';

export interface Neighbours {
  /** CPU of the mail servers, source and target. */
  serverCpuSeconds: number;
  /** 0..1 of all cores, used by whoever is neither tool, server, proxy nor bench. */
  othersShare: number;
}

/** Returns the end of the measurement. `toolCpuSeconds`: what the measured tree used. */
export function watchNeighbours(
  serverPids: readonly number[],
  proxyPids: readonly number[],
): (toolCpuSeconds: number) => Neighbours {
  const of = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + treeCpuSeconds(pid), 0);
  const read = () => ({
    wallMs: performance.now(),
    machine: machineCpuSeconds(),
    servers: of(serverPids),
    own: of(proxyPids) + process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  });
  const before = read();
  return (toolCpuSeconds) => {
    const after = read();
    const serverCpuSeconds = after.servers - before.servers;
    const known = serverCpuSeconds + toolCpuSeconds + after.own - before.own;
    const others = Math.max(0, after.machine - before.machine - known);
    const capacity = ((after.wallMs - before.wallMs) / 1000) * availableParallelism();
    return { serverCpuSeconds, othersShare: Math.min(1, others / capacity) };
  };
}
