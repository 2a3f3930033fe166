/** I1 to I4 of protocol section 7, for one state. I5 is the checker's. */
import { isDelivered } from '../../../shared/core/settle/ledger.ts';
import type { Setting } from './setting.ts';
import type { State } from './state.ts';

export const violated = {
  loss: 'loss called complete',
  outcome: 'a message without an outcome called complete',
  double: 'one copy claimed twice',
  wrong: 'row bound to another message',
  twin: 'unreported twin',
  avoidable: 'avoidable twin',
  part: 'ledger part lost or changed',
} as const;

export function violations(setting: Setting, state: State): string[] {
  const { verdict } = state.pass;
  const found = setting.parts && hasBadPart(state) ? [violated.part] : [];
  if (!verdict || verdict.verdict === 'incomplete') return found;
  return [...found, ...losses(setting, state), ...bindings(setting, state), ...twins(setting, state)];
}

function hasBadPart(state: State): boolean {
  return state.chunks.some(({ record, parts, truth }) =>
    truth
      .slice(0, Math.max(0, record.sequence - 1))
      .some((rows, i) => JSON.stringify(rows) !== JSON.stringify(parts[i])),
  );
}

function losses(setting: Setting, { target, folder, expunged, pass }: State): string[] {
  const rows = new Map(folder.ledger.map((row) => [Number(row.sourceUid), row]));
  const planned = setting.messages.flatMap((message, i) => ((message.pass ?? 0) <= pass.number ? [i + 1] : []));
  const isUnsettled = planned.some((uid) => !rows.has(uid) && !expunged.includes(uid));
  const isFalselyGone = planned.some((uid) => rows.get(uid)?.outcome === 'gone' && !expunged.includes(uid));
  const isShort = [...setting.identities.keys()].some((message) => {
    const delivered = folder.ledger.filter(
      (row) => isDelivered(row) && setting.messageOf[row.sourceUid - 1] === message,
    );
    return target.copies.filter((copy) => copy.message === message).length < delivered.length;
  });
  return [...(isUnsettled ? [violated.outcome] : []), ...(isShort || isFalselyGone ? [violated.loss] : [])];
}

function bindings(setting: Setting, { target, folder }: State): string[] {
  const named = folder.ledger.filter(({ targetUid }) => targetUid !== null);
  const isDouble = new Set(named.map(({ targetUid }) => targetUid)).size < named.length;
  const isNamed = folder.record?.targetUidValidity === target.uidValidity;
  const isWrong = named.some(({ targetUid, sourceUid }) => {
    const copy = target.copies.find(({ uid }) => uid === targetUid);
    return copy ? copy.message !== setting.messageOf[sourceUid - 1] : !target.copies.some(({ uid }) => uid === 0);
  });
  return [...(isDouble ? [violated.double] : []), ...(isNamed && isWrong ? [violated.wrong] : [])];
}

function twins(setting: Setting, { target, folder, pass, expunged }: State): string[] {
  const found: string[] = [];
  for (const message of setting.identities.keys()) {
    const ours = target.copies.filter((copy) => copy.ours && copy.there && copy.message === message).length;
    const rows = folder.ledger.filter(({ sourceUid }) => setting.messageOf[sourceUid - 1] === message);
    const wanted = rows.filter(({ outcome, sourceUid }) => outcome !== 'gone' || !expunged.includes(sourceUid)).length;
    if (ours <= wanted) continue;
    if (setting.perfectWait) found.push(violated.avoidable);
    const isReported = (pass.verdict?.surplus ?? 0) > 0 || (pass.verdict?.openDoubts ?? 0) > 0;
    if (!isReported || !rows.some(({ doubt }) => doubt)) found.push(violated.twin);
  }
  return found;
}
