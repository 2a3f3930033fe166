/** Counts what is under way, so that `idle()` knows when nothing is. */
export class Activity {
  #open = 0;
  readonly #waiting: (() => void)[] = [];

  /** Call the result once, at the end. */
  begin(): () => void {
    this.#open += 1;
    return () => {
      this.#open -= 1;
      if (this.#open === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    };
  }

  async idle(): Promise<void> {
    while (this.#open > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
