/** How the child executions of a pass ended, by mailbox. */
import { ChildResults, ResultManifest, type ChildResult } from '../../contract/map-results.ts';
import type { MailboxId } from '../../contract/ids.ts';
import type { ObjectRef } from '../../contract/workflow.ts';
import type { ChildEnding } from '../../core/batch/account-mailbox.ts';
import type { Ports } from '../../ports/ports.ts';

export async function readEndings(
  { data }: Pick<Ports, 'data'>,
  results: ObjectRef | null,
): Promise<Map<MailboxId, ChildEnding>> {
  const endings = new Map<MailboxId, ChildEnding>();
  const manifest = results && (await data.readJson(results.key, (v) => ResultManifest.parse(v)));
  if (!manifest) return endings;
  const { SUCCEEDED, FAILED, PENDING } = manifest.ResultFiles;
  for (const { Key } of [...FAILED, ...PENDING]) {
    for (const child of await readChildren(data, Key)) {
      endings.set(child.Input.mailboxId, { succeeded: false, error: child.Error ?? null });
    }
  }
  // After a redrive a mailbox may stand in both: the success is the later one.
  for (const { Key } of SUCCEEDED) {
    for (const child of await readChildren(data, Key)) {
      endings.set(child.Input.mailboxId, { succeeded: child.Output !== undefined, error: null });
    }
  }
  return endings;
}

async function readChildren(data: Ports['data'], key: string): Promise<ChildResult[]> {
  return (await data.readJson(key, (v) => ChildResults.parse(v))) ?? [];
}
