/** A migrated mailbox, verified: what the pass leaves behind, and the hand that plants differences. */
import { TargetUid } from '../../shared/contract/ids.ts';
import { ItemLine, LedgerRow } from '../../shared/contract/items.ts';
import { verifyKeys } from '../../shared/contract/keys.ts';
import { fillSample } from './sample-mailbox.ts';
import { batch, createWorld, key, mailboxId, runPass, type World } from './world.ts';

let passes = 0;
export const verifyPass = () => ({ passId: `verify-${++passes}`, pass: 'verify' as const });
export const writes = /^(APPEND|STORE|CREATE|SUBSCRIBE|SELECT)/;

export async function migrated(target: { uidPlus?: boolean } = {}): Promise<World> {
  const world = await createWorld({ target });
  fillSample(world.source);
  await runPass(world, { passId: 'initial', pass: 'initial' });
  world.source.commands.length = 0;
  world.target.commands.length = 0;
  return world;
}

export async function verified(world: World) {
  const pass = verifyPass();
  const { verdict } = await runPass(world, pass);
  const record = await world.ports.mailboxes.read(batch, mailboxId);
  const items: ItemLine[] = [];
  const itemsKey = verifyKeys.items(batch, mailboxId, pass.passId);
  for await (const item of world.ports.data.readLines(itemsKey, (v) => ItemLine.parse(v))) items.push(item);
  return { verdict, record, items, code: record?.failure?.code ?? null, findings: record?.verified?.findings };
}

/** The ledger of a folder, changed by hand: what a defect of ours would leave behind. */
export async function changeLedger(
  world: World,
  folder: string,
  change: (rows: LedgerRow[]) => LedgerRow[],
): Promise<void> {
  const record = (await world.ports.folders.list(key)).find(({ sourcePath }) => sourcePath === folder);
  if (!record) throw new Error(`no record of ${folder}`);
  const rows: LedgerRow[] = [];
  for await (const row of world.ports.data.readLines(record.ledger.key, (v) => LedgerRow.parse(v))) rows.push(row);
  await world.ports.data.putLines(record.ledger.key, change(rows));
}

export const pointAt = (sourceUid: number, targetUid: number) => (rows: LedgerRow[]) =>
  rows.map((row) => (row.sourceUid === sourceUid ? { ...row, targetUid: TargetUid.parse(targetUid) } : row));

/** The copy of the message with this UID in INBOX of the sample. */
export function copyOf(world: World, sourceUid: number): { uid: number; internalDate: string; octets: Uint8Array } {
  const message = world.source.folder('INBOX').messages.find(({ uid }) => uid === sourceUid);
  const copy = world.target
    .folder('INBOX')
    .messages.find((m) => m.internalDate === message?.internalDate && Buffer.from(m.octets).equals(message.octets));
  if (!copy) throw new Error(`no copy of ${sourceUid}`);
  return copy;
}

/** Puts a copy with these octets and this date beside the true one, expunges that, and lets the ledger name the other. */
export async function swap(
  world: World,
  sourceUid: number,
  by: { octets?: string; internalDate?: string },
): Promise<void> {
  const copy = copyOf(world, sourceUid);
  world.target.remove('INBOX', copy.uid);
  const { octets = Buffer.from(copy.octets), internalDate = copy.internalDate } = by;
  const uid = world.target.store('INBOX', { octets, internalDate, flags: ['\\Seen'] });
  await changeLedger(world, 'INBOX', pointAt(sourceUid, uid));
}
