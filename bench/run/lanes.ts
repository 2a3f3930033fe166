/** Shares messages out over connections: whole folders as far as that goes, in parts of equal work. */
import type { CorpusMessage } from '../corpus/message.ts';

/** A message costs as much as so many octets, whatever its size. */
const octetsPerMessage = 15_000;

export function cutIntoLanes(messages: readonly CorpusMessage[], connections: number): CorpusMessage[][] {
  const byFolder = [...messages].sort((a, b) => (a.folder < b.folder ? -1 : a.folder > b.folder ? 1 : 0));
  const costs = byFolder.map(({ octets }) => octets.length + octetsPerMessage);
  const all = costs.reduce((sum, cost) => sum + cost, 0);
  const lanes: CorpusMessage[][] = Array.from({ length: connections }, () => []);
  let before = 0;
  for (const [n, message] of byFolder.entries()) {
    lanes[Math.min(connections - 1, Math.floor((before / all) * connections))]?.push(message);
    before += costs[n] ?? 0;
  }
  return lanes.filter((lane) => lane.length > 0);
}
