/**
 * Tells when nothing has moved for so long while somebody waits. One timer serves all waits of a connection: arming one
 * for each of the thousands of chunks that a large message comes in costs more than moving the chunks.
 */
export class SilenceWatch {
  private readonly silenceMs: number;
  private readonly onSilence: () => void;
  private waits = false;
  private activeAtMs = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(silenceMs: number, onSilence: () => void) {
    this.silenceMs = silenceMs;
    this.onSilence = onSilence;
  }

  begin(): void {
    this.waits = true;
    this.touch();
    if (!this.timer) this.arm(this.silenceMs);
  }

  /** Something moved, if only in the other direction. */
  touch(): void {
    this.activeAtMs = Date.now();
  }

  /** The timer runs out by itself: the next wait is near. */
  end(): void {
    this.waits = false;
  }

  private arm(ms: number): void {
    // The connection keeps the process alive, not the watch over it.
    this.timer = setTimeout(() => this.check(), ms).unref();
  }

  private check(): void {
    this.timer = null;
    if (!this.waits) return;
    const leftMs = this.activeAtMs + this.silenceMs - Date.now();
    if (leftMs > 0) return this.arm(leftMs);
    this.waits = false;
    this.onSilence();
  }
}
