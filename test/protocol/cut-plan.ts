/** Cuts the first plan into small chunks: planning itself makes none below 250 rows. */
import { chunkIdOf } from '../../shared/contract/ids.ts';
import { CopyRow, MailboxPlan } from '../../shared/contract/items.ts';
import { planKeys } from '../../shared/contract/keys.ts';
import { key, type World } from '../support/world.ts';

export async function cutPlan(
  world: World,
  chunkOf: (message: { date: string; uid: number }) => string,
): Promise<number> {
  const record = await world.ports.mailboxes.read(key.batch, key.mailboxId);
  const plan = record?.plan && (await world.ports.data.readJson(record.plan.key, (v) => MailboxPlan.parse(v)));
  if (!record?.plan || !plan) throw new Error('there is no plan');
  const groups = new Map<string, CopyRow[]>();
  for (const chunk of plan.chunks) {
    for await (const row of world.ports.data.readLines(chunk.rows.key, (v) => CopyRow.parse(v))) {
      const name = chunkOf({ date: row.internalDate.slice(0, 11), uid: row.sourceUid });
      groups.set(name, [...(groups.get(name) ?? []), row]);
    }
  }
  const chunks: MailboxPlan['chunks'] = [];
  for (const rows of groups.values()) {
    const chunkId = chunkIdOf(plan.sequence, chunks.length + 1);
    const ref = await world.ports.data.putLines(planKeys.rows(key.batch, key.mailboxId, plan.sequence, chunkId), rows);
    const folders = [...new Set(rows.map((row) => row.folder))];
    const sizeBytes = rows.reduce((sum, row) => sum + row.sizeBytes, 0);
    chunks.push({ chunkId, kind: 'copy', rows: ref, rowCount: rows.length, sizeBytes, folders });
  }
  await world.ports.data.putJson(record.plan.key, { ...plan, chunks });
  return chunks.length;
}
