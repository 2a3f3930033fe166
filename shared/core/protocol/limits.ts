/** Numbers of the copy protocol, in one place. Safety depends on none of them (docs/architecture.md): they trade speed for twins. */
export const limits = {
  /** A lease whose fence and renewal stood still this long may be taken over. */
  leaseSeconds: 20,
  /** A holder renews when it has committed nothing for this long: a third of the lease, less some slack. */
  renewEveryMs: 5_000,
  /** Pause between a broken attempt and its look-up: abandoned APPENDs mostly land within seconds. */
  lookDelaySeconds: 8,
  /** A window: messages, octets, and the time it should take. */
  windowRows: 1_024,
  windowBytes: 64 * 1024 * 1024,
  /** A sliding window commits a head of this many rows: few writes, and a tail below 1 KB where UIDs rise in step. */
  commitRows: 256,
  /** A window slides over this many rows before the pipe drains once and the floor rises: bounds what a look-up reads. */
  slideRows: 4_000,
  /** Messages that are asked for with one FETCH. */
  fetchRows: 64,
  fetchBytes: 1024 * 1024,
  windowMs: 5_000,
  /** A slice returns at least this long before its Lambda ends. */
  reserveMs: 30_000,
  /** Slices in a row that commit nothing before the chunk is called stuck. */
  idleSlices: 3,
  /**
   * Rounds of one chunk's loop in one pass. 40 chunks x (2 + 9 x 48) events = 17,360: below the 25,000 that
   * Step Functions keeps for one execution, with room for planning and retries.
   */
  loopsPerChunk: 48,
  /** An abandoned APPEND is taken to be dead after this long; until then its row stays in doubt. */
  doubtMinutes: 60,
} as const;
