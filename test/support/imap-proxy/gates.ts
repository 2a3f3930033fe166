/** Gates that tests are made of. */
import type { Gate, Point, Strike } from './behaviour.ts';

/** Strikes once, at the first point that fits; `hit` says where, if it was reached. */
export function once(fits: (point: Point) => boolean, strike: Strike = 'cut'): { gate: Gate; hit: Point | null } {
  const aimed: { gate: Gate; hit: Point | null } = {
    hit: null,
    gate: (point) => {
      if (aimed.hit || !fits(point)) return null;
      aimed.hit = { ...point, command: { ...point.command } };
      return strike;
    },
  };
  return aimed;
}

/** The n-th point of a kind, counted from 1. */
export function nth(n: number, fits: (point: Point) => boolean): (point: Point) => boolean {
  let seen = 0;
  return (point) => fits(point) && ++seen === n;
}

export const isAppend = ({ command }: Pick<Point, 'command'>): boolean => command.text.startsWith('APPEND ');

/** Lets nothing pass until it is told to: the connection stands still, and nobody has closed it. */
export class Barrier {
  private readonly opened: Promise<void>;
  private readonly reached: Promise<void>;
  private open = (): void => {};
  private arrive = (): void => {};

  constructor() {
    this.opened = new Promise((resolve) => (this.open = resolve));
    this.reached = new Promise((resolve) => (this.arrive = resolve));
  }

  gate(fits: (point: Point) => boolean): Gate {
    return async (point) => {
      if (!fits(point)) return null;
      this.arrive();
      await this.opened;
      return null;
    };
  }

  /** Somebody stands before it. */
  whenReached(): Promise<void> {
    return this.reached;
  }

  release(): void {
    this.open();
  }
}
