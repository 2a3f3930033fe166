// The obvious program: one connection a side, message by message. Plain JavaScript, so that no loader slows its start.
// node naive-loop.mjs SOURCE_PORT SOURCE_USER TARGET_PORT TARGET_USER PASSWORD
// A second run leaves out what the target folder has by Message-ID.
import { ImapFlow } from 'imapflow';

const [sourcePort, sourceUser, targetPort, targetUser, pass] = process.argv.slice(2);
const open = (port, user) =>
  new ImapFlow({
    host: '127.0.0.1',
    port: Number(port),
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass },
    logger: false,
    disableAutoIdle: true,
  });
const [source, target] = [open(sourcePort, sourceUser), open(targetPort, targetUser)];
await Promise.all([source.connect(), target.connect()]);
const there = new Set((await target.list()).map(({ path }) => path));
for (const { path, flags: attributes } of await source.list()) {
  if (attributes.has('\\Noselect') || attributes.has('\\NonExistent')) continue;
  if (!there.has(path)) await target.mailboxCreate(path);
  if ((await source.mailboxOpen(path, { readOnly: true })).exists === 0) continue;
  const known = new Set();
  if ((await target.mailboxOpen(path)).exists > 0)
    for await (const { envelope } of target.fetch('1:*', { envelope: true })) known.add(envelope.messageId);
  const uids = [];
  for await (const { uid, envelope } of source.fetch('1:*', { uid: true, envelope: known.size > 0 }))
    if (!known.has(envelope?.messageId)) uids.push(uid);
  for (const uid of uids) {
    const message = await source.fetchOne(uid, { source: true, flags: true, internalDate: true }, { uid: true });
    const flags = [...message.flags].filter((flag) => flag !== '\\Recent');
    await target.append(path, message.source, flags, message.internalDate);
  }
}
await Promise.all([source.logout(), target.logout()]);
