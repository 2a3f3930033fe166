/**
 * The plan of a verify pass: every message that the source lists becomes a row with what the ledger says of it, and the
 * rows are shared out. Both sides are read-only. Rows stream through, so that memory does not grow with the ledger.
 */
import type { BatchRecord, GoneFolder, MailboxPlan, MailboxRecord } from '../../contract/items.ts';
import { planKeys } from '../../contract/keys.ts';
import type { InspectedFolder } from '../../contract/verify.ts';
import type { MailboxRequest } from '../../contract/workflow.ts';
import type { Deadline } from '../../ports/runtime.ts';
import { endpointsOf } from '../logins.ts';
import { goneFolders, inspectFolder, keptInspections, type Inspecting } from './inspect-folder.ts';
import { mapMailbox } from './map-mailbox.ts';
import { openBoth } from './open-both.ts';
import type { PlanPorts } from './planning.ts';
import { shareOut } from './share-out.ts';

/** Enough to inspect the folder at hand, or to share out the rows of a large mailbox. */
const reserveMs = 120_000;

export interface VerifyRequest {
  batch: BatchRecord;
  mailbox: MailboxRecord;
  request: MailboxRequest;
  deadline: Deadline;
}

/** null: the time is up; the folders that were inspected are kept. */
export async function planVerify(ports: PlanPorts, at: VerifyRequest): Promise<MailboxPlan | null> {
  const inspected = await inspectFolders(ports, at);
  return inspected && writeVerifyPlan(ports, at, inspected);
}

interface Inspected {
  folders: InspectedFolder[];
  gone: GoneFolder[];
}

async function inspectFolders(ports: PlanPorts, at: VerifyRequest): Promise<Inspected | null> {
  const { batch, mailbox, request, deadline } = at;
  const endpoint = endpointsOf(batch).target;
  const sides = await openBoth(ports, at, (login) => ports.servers.openTargetToRead(endpoint, login));
  try {
    const records = new Map((await ports.folders.list(request)).map((record) => [record.folderKey, record]));
    const targetPaths = new Set<string>();
    const key = { batch: request.batch, mailboxId: request.mailboxId };
    const inspecting: Inspecting = {
      ports,
      key,
      sequence: mailbox.planSequence,
      passId: request.passId,
      ...sides,
      records,
      targetPaths,
    };
    const gone: GoneFolder[] = [];
    const mapped = await mapMailbox({ ...inspecting, settings: batch.settings, mailbox, hidden: new Set(), gone });
    const kept = await keptInspections(inspecting);
    const inspected: InspectedFolder[] = [];
    for (const folder of mapped) {
      const known = kept.get(folder.folderKey);
      if (!known && deadline.remainingMs() < reserveMs && inspected.length > 0) return null;
      inspected.push(known ?? (await inspectFolder(inspecting, folder)));
    }
    return {
      folders: [...inspected, ...goneFolders(inspecting, gone)],
      gone: gone.map(({ sourcePath, targetPath }) => ({ sourcePath, targetPath })),
    };
  } finally {
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
}

async function writeVerifyPlan(
  ports: PlanPorts,
  { mailbox, request }: VerifyRequest,
  { folders: inspected, gone }: Inspected,
): Promise<MailboxPlan> {
  const { batch, mailboxId, passId } = request;
  const sequence = mailbox.planSequence;
  const chunks = await shareOut(ports, { key: { batch, mailboxId }, sequence, passId, inspected });
  const folders = inspected.map(({ folder }) => folder);
  const { droppedKeywords } = mailbox;
  const plan: MailboxPlan = { version: 1, passId, sequence, folders, chunks, gone, droppedKeywords };
  const ref = await ports.data.putJson(planKeys.plan(batch, mailboxId, sequence), plan);
  // The pointer last: whoever finds the plan through it finds all of it.
  await ports.mailboxes.update(batch, mailboxId, {
    verifyPlan: ref,
    state: 'syncing',
    folderCount: folders.length,
    planned: {
      messages: chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0),
      bytes: chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0),
    },
  });
  return plan;
}
