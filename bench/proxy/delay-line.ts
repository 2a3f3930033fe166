/**
 * Hands octets from one socket to another half a round trip later: order kept, no bandwidth cap, no loss, no slow
 * start. At most a window of octets is under way, as with TCP, so that a reader who stalls holds up the sender.
 */
import type { Socket } from 'node:net';

const windowBytes = 16 * 1024 * 1024;
const socketBytes = 4 * 1024 * 1024;
/** Timers are as coarse as 1 ms: what is due within half of that goes now. */
const timerSlackMs = 0.5;

interface Item {
  dueMs: number;
  /** Null: the sender has ended. */
  octets: Buffer | null;
}

export interface DelayLineOptions {
  from: Socket;
  to: Socket;
  delayMs: number;
  onReceived?: (octets: Buffer) => void;
  onDelivered?: (octets: Buffer) => void;
}

export class DelayLine {
  private readonly options: DelayLineOptions;
  private queue: Item[] = [];
  private head = 0;
  private underWayBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private blocked = false;
  private paused = false;

  constructor(options: DelayLineOptions) {
    this.options = options;
    const { from, to, delayMs } = options;
    from.on('data', (octets: Buffer) => this.put(octets)).on('end', () => this.put(null));
    from.on('error', () => to.destroy()).on('close', () => setTimeout(() => to.destroy(), delayMs + 50));
    to.on('drain', () => {
      this.blocked = false;
      if (this.timer === null) this.deliver();
    });
  }

  private put(octets: Buffer | null): void {
    if (octets) this.options.onReceived?.(octets);
    this.queue.push({ dueMs: performance.now() + this.options.delayMs, octets });
    this.underWayBytes += octets?.length ?? 0;
    if (this.underWayBytes >= windowBytes && !this.paused) {
      this.paused = true;
      this.options.from.pause();
    }
    if (this.timer === null && !this.blocked) this.timer = setTimeout(() => this.deliver(), this.options.delayMs);
  }

  private deliver(): void {
    this.timer = null;
    const nowMs = performance.now() + timerSlackMs;
    this.options.to.cork();
    for (let item = this.queue[this.head]; item && !this.blocked && item.dueMs <= nowMs; item = this.queue[this.head]) {
      this.head++;
      this.hand(item);
    }
    this.options.to.uncork();
    if (this.head > 4_096 || this.head === this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    if (this.paused && this.underWayBytes < windowBytes / 2) {
      this.paused = false;
      this.options.from.resume();
    }
    const next = this.queue[this.head];
    if (next && !this.blocked)
      this.timer = setTimeout(() => this.deliver(), Math.max(0, next.dueMs - performance.now()));
  }

  private hand({ octets }: Item): void {
    const { to } = this.options;
    if (octets === null) {
      to.end();
      return;
    }
    this.underWayBytes -= octets.length;
    if (to.destroyed) return;
    if (!to.write(octets) && to.writableLength > socketBytes) this.blocked = true;
    this.options.onDelivered?.(octets);
  }
}
