/** The way to the servers: straight, or through a delay proxy. */
import type { Traffic } from '../proxy/messages.ts';
import { DelayProxy } from '../proxy/proxy.ts';
import { variants, type Servers, type Variant } from '../servers.ts';

export interface Link {
  sourcePort: number;
  targetPort(variant: Variant): number;
  /** What went through since the last question; null without a proxy. */
  take(variant: Variant): Promise<{ source: Traffic; target: Traffic } | null>;
}

export class Links {
  private readonly servers: Servers;
  private readonly proxies = new Map<number, DelayProxy>();

  constructor(servers: Servers) {
    this.servers = servers;
  }

  async of(roundTripMs: number): Promise<Link> {
    const { source, targets } = this.servers;
    if (roundTripMs === 0)
      return {
        sourcePort: source.port,
        targetPort: (variant) => targets[variant].port,
        take: () => Promise.resolve(null),
      };
    const proxy = this.proxies.get(roundTripMs) ?? (await this.start(roundTripMs));
    return {
      sourcePort: proxy.ports[0] ?? 0,
      targetPort: (variant) => proxy.ports[1 + variants.indexOf(variant)] ?? 0,
      take: async (variant) => {
        const traffic = await proxy.take();
        const [from, to] = [traffic[0], traffic[1 + variants.indexOf(variant)]];
        return from && to ? { source: from, target: to } : null;
      },
    };
  }

  get pids(): number[] {
    return [...this.proxies.values()].map(({ pid }) => pid);
  }

  stop(): void {
    for (const proxy of this.proxies.values()) proxy.stop();
  }

  private async start(roundTripMs: number): Promise<DelayProxy> {
    const { source, targets } = this.servers;
    const proxy = await DelayProxy.start(roundTripMs, [source.port, ...variants.map((name) => targets[name].port)]);
    this.proxies.set(roundTripMs, proxy);
    return proxy;
  }
}
