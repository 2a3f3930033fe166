/**
 * The effects of real steps, in order and in the model's words. What has no effect on others, and sees nothing that they
 * change, is not worth a word.
 */
import type { ChunkRecord } from '../../../shared/contract/items.ts';
import { Interrupted } from '../../support/interrupt.ts';

export type Fate = 'stop before' | 'stop after' | 'pause before' | 'NO' | 'NO, stored' | 'lost' | 'lost, stored';

/** What happens to the n-th effect, counted from 1. */
export interface Strike {
  at: number;
  fate: Fate;
}

export interface Effect {
  label: string;
  /** What a write made of the chunk item. */
  record: ChunkRecord | null;
}

export class Recorder {
  readonly effects: Effect[] = [];
  count = 0;
  readonly paused: Promise<'paused'>;
  /** Wakes the worker that was paused. */
  wake: () => void = () => undefined;
  private readonly strike: Strike | null;
  private pause: (value: 'paused') => void = () => undefined;

  constructor(strike: Strike | null) {
    this.strike = strike;
    this.paused = new Promise((resolve) => (this.pause = resolve));
  }

  note(label: string, record: ChunkRecord | null = null): void {
    this.effects.push({ label, record });
  }

  next(): Fate | null {
    this.count += 1;
    return this.strike?.at === this.count ? this.strike.fate : null;
  }

  async pausing(): Promise<void> {
    this.pause('paused');
    await new Promise<void>((resolve) => (this.wake = resolve));
  }
}

/** Whose effects they are: a worker, or the settling. */
export class Actor {
  /** Whoever has not claimed, or has released, is missed by nobody. */
  holds = false;
  /** The chunk item as it knows it. */
  record: ChunkRecord | null = null;
  /** Records were read, and nothing was done since. */
  reading = false;
  /** Stored, while it has read no answer. */
  readonly unanswered: string[] = [];
  readonly name: string;
  private readonly recorder: Recorder;
  private dead = false;
  private last: Promise<unknown> = Promise.resolve();

  constructor(recorder: Recorder, name: string) {
    this.recorder = recorder;
    this.name = name;
  }

  note(word: string): void {
    this.recorder.note(word);
  }

  async effect<T>(run: () => Promise<T>, wordOf: (result: T) => string, record: ChunkRecord | null = null): Promise<T> {
    return this.inTurn(async (fate) => {
      // Not while a stored message is unanswered: the model's servers store and answer in one step.
      if (fate === 'pause before' && this.holds && this.unanswered.length === 0) await this.recorder.pausing();
      const result = await run();
      this.reading = false;
      const word = wordOf(result);
      this.recorder.note(`${this.name} ${word}`, record);
      if (record) this.wrote(word.endsWith('refused, ends') ? null : record);
      return result;
    });
  }

  /** Begun at once, so that an answer that comes meanwhile stops what follows, not this. */
  async begin<T>(word: string, run: (fate: Fate | null) => Promise<T>): Promise<T> {
    if (this.dead) throw new Interrupted();
    const fate = this.recorder.next();
    if (fate === 'stop before') await this.afterLast(async () => this.stop());
    // It has lost the chunk and has not heard of it yet: as good as sent before.
    if (this.holds) this.recorder.note(`${this.name} ${word}`);
    return this.afterLast(async () => {
      const result = await run(fate);
      if (fate === 'stop after') this.stop();
      return result;
    });
  }

  /** One effect after the other, so that all that a worker did comes before its end. */
  inTurn<T>(run: (fate: Fate | null) => Promise<T>): Promise<T> {
    return this.afterLast(async () => {
      const fate = this.recorder.next();
      if (fate === 'stop before') this.stop();
      const result = await run(fate);
      if (fate === 'stop after') this.stop();
      return result;
    });
  }

  private afterLast<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.last.then(() => {
      if (this.dead) throw new Interrupted();
      return run();
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private wrote(record: ChunkRecord | null): void {
    this.record = record;
    this.holds = record !== null && record.owner !== null;
  }

  private stop(): never {
    this.dead = true;
    if (this.holds || !this.name.startsWith('worker')) this.recorder.note(`${this.name} crashes`);
    // In memory an APPEND is carried out as it is sent; to whom it is not answered, it landed after its sender's end.
    this.lands();
    throw new Interrupted();
  }

  lands(): void {
    for (const name of this.unanswered.splice(0)) this.recorder.note(`an abandoned APPEND lands: ${name}`);
  }
}
