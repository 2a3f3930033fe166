/** Whether the target rewrites: learnt from acknowledged copies that are read back (learn-rewrites.ts, decideByOne of copy-window.ts). */
import type { ChunkRecord } from '../../../shared/contract/items.ts';
import type { ReadBack } from '../../../shared/core/protocol/rivals.ts';
import { decodeTail } from '../../../shared/core/protocol/tail.ts';
import { keepSample, type Sample } from '../../../shared/steps/sync/samples.ts';
import type { LeadsTo, State, Worker } from './state.ts';
import { nameOf } from './servers.ts';
import { lookAt, messageAt, rowsOf, withWorker, type At } from './worker.ts';

export type Learnt = Pick<Worker, 'rewrites' | 'undecided' | 'learns'>;

const withRewrites = (state: State, rewrites: boolean | null): State =>
  rewrites === null || rewrites === state.folder.rewrites ? state : { ...state, folder: { ...state.folder, rewrites } };

/** What a commit leaves to learn from. */
export function sampled(at: At, next: ChunkRecord, leadsTo: LeadsTo): Partial<Worker> {
  const { worker } = at;
  if (worker.rewrites !== null || leadsTo !== 'committed') return {};
  const samples = [...worker.samples];
  for (const [i, outcome] of decodeTail(next.tail).entries()) {
    const row = rowsOf(at)[worker.record.committed + i];
    if (row) keepSample(samples, { row, outcome, uidValidity: worker.session.uidValidity });
  }
  const isWhole = next.committed >= (worker.task?.to ?? 0);
  const slidesOn = worker.slides && next.open !== null;
  return { samples, learns: isWhole && !slidesOn && !worker.halted && samples.length > 0 };
}

export function learn(at: At): void {
  const { state, w, worker, emit } = at;
  const rewrites = learnt(at, worker.samples, worker.session.uidValidity);
  const next = withWorker(withRewrites(state, rewrites), w, { ...worker, rewrites, learns: false });
  emit(`worker ${w} reads its copies: ${spoken[String(rewrites)]}`, next);
}

const spoken: Record<string, string> = {
  true: 'the target rewrites',
  false: 'it keeps octets',
  null: 'nothing learnt',
};

export function learnt(
  { setting, state, worker }: At,
  samples: readonly Sample[],
  uidValidity: number,
): boolean | null {
  if (worker.rewrites !== null) return worker.rewrites;
  const readBack = samples.flatMap((sample): ReadBack[] => {
    const message = setting.messageOf[sample.sourceUid - 1] ?? 0;
    const copy = state.target.copies.find(({ there, uid }) => there && uid === sample.targetUid);
    if (sample.uidValidity !== uidValidity || state.expunged.includes(sample.sourceUid) || !copy) return [];
    const faceOf = (identities: readonly string[], m: number) => ({
      octets: identities[m] ?? '',
      headers: setting.headers[m] ?? null,
    });
    return [{ sent: faceOf(setting.identities, message), stored: faceOf(setting.copyIdentities, copy.message) }];
  });
  return setting.rules.learnRewrites(readBack);
}

/** One row is sent and read back before the others are judged. True: nothing else is done in this window yet. */
export function decides(at: At, todo: readonly number[]): boolean {
  const { setting, state, w, worker, emit } = at;
  const { telling, undecided } = worker;
  if (telling === null) {
    if (worker.rewrites !== null || !todo.some((index) => undecided.includes(index))) return false;
    const there = todo.filter((index) => !state.expunged.includes(rowsOf(at)[index]?.sourceUid ?? 0));
    const first = there.find((index) => !undecided.includes(index)) ?? there[0];
    if (first === undefined) return false;
    const next: Worker = { ...worker, telling: first, sent: [[first]] };
    emit(
      `worker ${w} sends row ${first} (${nameOf(setting, messageAt(at, first))}), to be read back`,
      withWorker(state, w, next),
    );
    return true;
  }
  if (telling === 'tried' || todo.length === 0) return false;
  const next: Worker = { ...worker, telling: 'tried', ...lookAt(worker, todo) };
  emit(`worker ${w} looks again at the others`, withWorker(state, w, next));
  return true;
}
