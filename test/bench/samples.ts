import { noCommands } from '../../bench/proxy/command-counter.ts';
import type { Traffic } from '../../bench/proxy/messages.ts';
import type { CopyRow, LimitRow, QuietRow, Results } from '../../bench/report/rows.ts';

/** 10,000 small messages in 10 s at 80 ms. */
export function copyRow(change: Partial<CopyRow>): CopyRow {
  return {
    tool: 'mailferry',
    corpus: { kind: 'S', count: 10_000 },
    roundTripMs: 80,
    variant: 'everything',
    connections: 4,
    copied: 10_000,
    copiedBytes: 40e6,
    corpusBytes: 40e6,
    wallSeconds: 12,
    copySeconds: 10,
    cpuSeconds: 3,
    serverCpuSeconds: 4,
    peakRssBytes: 300e6,
    othersShare: 0,
    mail: null,
    wrong: null,
    quiet: [],
    ...change,
  };
}

export function quietRow(change: Partial<QuietRow>): QuietRow {
  return {
    roundTripMs: 80,
    wallSeconds: 1,
    copySeconds: 1,
    cpuSeconds: 1,
    othersShare: 0,
    mail: null,
    wrong: null,
    ...change,
  };
}

export function limitRow(change: Partial<LimitRow>): LimitRow {
  return {
    corpus: { kind: 'S', count: 10_000 },
    roundTripMs: 80,
    variant: 'everything',
    connections: 4,
    appendSeconds: 4,
    fetchSeconds: 1,
    othersShare: 0,
    ...change,
  };
}

export function traffic({ total = 0, ...change }: Partial<Traffic> & { total?: number }): Traffic {
  return {
    connections: 1,
    firstMs: 0,
    lastMs: 0,
    receivedBytes: 0,
    sentBytes: 0,
    commands: { ...noCommands(), total },
    log: [],
    ...change,
  };
}

export function results(change: Partial<Results>): Results {
  return {
    version: 1,
    startedAt: '2026-11-25T12:00:00Z',
    machine: { cores: '2' },
    quick: false,
    missing: [],
    versions: { mailferry: '', mbsync: '1.4.4' },
    empty: [],
    copies: [],
    limits: [],
    memory: null,
    ...change,
  };
}
