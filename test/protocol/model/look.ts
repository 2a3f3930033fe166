/** In doubt: look at the target, read who claims what, deal out the rest. */
import { planSequenceOf, TargetUid } from '../../../shared/contract/ids.ts';
import type { RowOutcome } from '../../../shared/contract/items.ts';
import { addClaim, type Claims, type MessageRow } from '../../../shared/core/protocol/claims.ts';
import { lastWord } from '../../../shared/steps/sync/window-task.ts';
import { readRivals, secondLook } from './headers.ts';
import { outcomesOfChunk } from './outcomes.ts';
import { merged, type Look, type State, type Task, type Worker } from './state.ts';
import { chunkOf, rowsOf, withWorker, type At } from './worker.ts';

export function looks(at: At): void {
  const { worker } = at;
  const { task, look } = worker;
  if (!task || !look) return;
  if (worker.at === 'rivals') rivals(at, look);
  else if (worker.at === 'look') fetch(at, { task, look });
  else judge(at, { task, look });
}

function rivals(at: At, look: Look): void {
  const { state, w, worker, emit } = at;
  const next: Worker = { ...worker, at: 'look', look: { ...look, rivals: readRivals(at) } };
  emit(`worker ${w} looks: who else may be meant`, withWorker(state, w, next));
}

function fetch(at: At, { task, look }: { task: Task; look: Look }): void {
  const { setting, state, w, worker, emit } = at;
  const { target } = state;
  const isAlone = state.workers.every((other, v) => v === w || other?.chunk !== worker.chunk);
  if (setting.perfectWait && (state.abandoned.length > 0 || !isAlone)) return;
  const from = setting.rules.lookFrom(task, target.uidValidity);
  const copies = target.copies
    .filter(({ there, uid }) => there && uid >= from)
    .map(({ uid, message }) => ({ targetUid: TargetUid.parse(uid), identity: setting.copyIdentities[message] ?? '' }));
  const early = setting.rules.claimsAfterFetch ? null : plain(readClaims(at, target.uidValidity));
  const isRenumbered = worker.session.uidValidity !== target.uidValidity;
  const next: Worker = {
    ...worker,
    at: 'judge',
    task: isRenumbered ? { ...task, outcomes: task.outcomes.map(([i, o]) => [i, setting.rules.withoutUid(o)]) } : task,
    look: { ...look, copies, uidValidity: target.uidValidity, claims: early },
    session: { uidValidity: target.uidValidity, uidFloor: target.uidNext, previousUid: 0 },
  };
  emit(`worker ${w} looks: FETCH from UID ${from}`, withWorker(state, w, next));
}

export const plain = ({ claimed, ...claims }: Claims) => ({ ...claims, claimed: [...claimed].sort((a, b) => a - b) });

/** claims.ts of the steps, over the model's records. */
export function readClaims({ setting, state, worker }: At, uidValidity: number): Claims {
  const claims: Claims = { claimed: new Set(), named: [], unknown: [] };
  for (const k of worker.planChunks) {
    const isOpen = planSequenceOf(chunkOf(state, k).record.chunkId) > worker.plan.settledSequence;
    if (isOpen)
      for (const row of outcomesOfChunk({ setting, state }, k)) addClaim(claims, row, row.uidValidity === uidValidity);
  }
  const { record, ledger } = state.folder;
  if (record && !worker.plan.rematch)
    for (const row of ledger) addClaim(claims, row, record.targetUidValidity === uidValidity);
  return claims;
}

function judge(at: At, { task, look }: { task: Task; look: Look }): void {
  const { setting, state, w, emit } = at;
  const { rules } = setting;
  const rows = rowsOf(at);
  const inDoubt = look.indexes.flatMap((index) => (rows[index] ? [{ index, row: rows[index] }] : []));
  const records: Claims = look.claims
    ? { ...look.claims, claimed: new Set(look.claims.claimed) }
    : readClaims(at, look.uidValidity);
  const own = task.outcomes.flatMap(([index, outcome]) => (rows[index] ? [{ row: rows[index], outcome }] : []));
  const claims = rules.claimsOn(
    inDoubt.map(({ row }) => row),
    records,
    own,
  );
  const { claimed, unknown } = rules.borneOut(claims, seenAt(at, { task, look }));
  const identity = (row: MessageRow): string | null =>
    state.expunged.includes(row.sourceUid)
      ? null
      : (setting.identities[setting.messageOf[row.sourceUid - 1] ?? 0] ?? null);
  const findings = rules.assignCopies({
    rows: inDoubt.map(({ index, row }) => ({ index, identity: identity(row) })),
    copies: look.copies,
    claimed,
    deliveredUnknown: unknown.map(identity).filter((i) => i !== null),
  });
  const byOctets = rules.outcomesOf(findings);
  const second = secondLook(at, { look, found: byOctets, claimed, unknown, own });
  const found = new Map([...byOctets, ...second.found]);
  const next: Worker = { ...judged(at, { task, look, found }), ...second.learnt };
  emit(`worker ${w} looks: claims, ${spoken(found)}`, withWorker(state, w, next));
}

/** seenAt of the steps: from the FETCH, and below its first UID from another one just now. */
function seenAt({ setting, state }: At, { task, look }: { task: Task; look: Look }): Map<number, string> {
  const instantOf = (message: number): string => setting.instants[message] ?? '';
  const from = setting.rules.lookFrom(task, look.uidValidity);
  const below = state.target.copies.filter(({ there, uid }) => there && uid < from);
  return new Map<number, string>([
    ...look.copies.map(
      ({ targetUid, identity }) => [targetUid, instantOf(setting.copyIdentities.indexOf(identity))] as const,
    ),
    ...below.map(({ uid, message }) => [uid, instantOf(message)] as const),
  ]);
}

/** A refused row that was found nowhere is quarantined; refused together, each is sent alone (copy-window.ts). */
function judged(at: At, { task, look, found }: { task: Task; look: Look; found: Map<number, RowOutcome> }): Worker {
  const { worker } = at;
  const denied = worker.refused.filter(({ index }) => look.indexes.includes(index) && !found.has(index));
  const words = denied.flatMap(({ index, together }) =>
    together === 1 ? [[index, lastWord('quarantined', 'MESSAGE_REFUSED', true)] as const] : [],
  );
  const repeated = denied.flatMap(({ index, together }) => (together > 1 ? [index] : []));
  return {
    ...worker,
    at: 'work',
    look: null,
    refused: [],
    slides: worker.slides && worker.refused.length === 0,
    alone: repeated.length > 0,
    doubtful: [...worker.doubtful, ...repeated],
    task: { ...task, outcomes: merged(merged(task.outcomes, [...found]), words) },
  };
}

const spoken = (found: Map<number, RowOutcome>): string =>
  found.size === 0
    ? 'finds nothing'
    : [...found]
        .map(
          ([index, { outcome, targetUid }]) =>
            `row ${index} ${targetUid === null ? outcome : `adopts UID ${targetUid}`}`,
        )
        .join(', ');

export type { State };
