/** What Dovecot 2.3 is told: everything under one folder, loopback only, no privileged port. */
import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';

export interface DovecotUser {
  user: string;
  password: string;
}

export interface DovecotSetup {
  dir: string;
  mailDir: string;
  port: number;
  tlsPort: number;
  account: { uid: number; gid: number };
  tls: boolean;
  capabilities?: readonly string[];
  anyUserPassword?: string;
  config?: string;
}

export function configuration({ dir, mailDir, port, tlsPort, account, ...options }: DovecotSetup): string {
  return `base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/log
protocols = imap
listen = 127.0.0.1
${options.tls ? `ssl = yes\nssl_cert = <${dir}/server.pem\nssl_key = <${dir}/server.key` : 'ssl = no'}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 200
shutdown_clients = yes
${options.capabilities ? `imap_capability = ${options.capabilities.join(' ')}` : ''}
${ordinaryUserSettings()}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \\Sent
    auto = subscribe
  }
  mailbox Trash {
    special_use = \\Trash
    auto = subscribe
  }
}
passdb {
  ${options.anyUserPassword === undefined ? `driver = passwd-file\n  args = ${dir}/users` : `driver = static\n  args = password=${options.anyUserPassword}`}
}
userdb {
  driver = static
  args = uid=${account.uid} gid=${account.gid} home=${mailDir}/%u
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = ${tlsPort === 0 ? 'no' : 'yes'}
  }
  service_count = 0
}
# No waiting after a wrong password: tests try some.
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  client_limit = 1000
}
${options.config ?? ''}
`;
}

/** Without root there is nobody else to become, and no chroot. */
function ordinaryUserSettings(): string {
  if (isRoot()) return '';
  const { username } = userInfo();
  const group = spawnSync('id', ['-gn'], { encoding: 'utf8' }).stdout.trim();
  return `default_internal_user = ${username}
default_internal_group = ${group}
default_login_user = ${username}
service imap-login {
  chroot =
}
service anvil {
  chroot =
}`;
}

export function mailAccount(): { uid: number; gid: number } {
  const { uid, gid } = userInfo();
  if (!isRoot()) return { uid, gid };
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Base64, so that no password can break the line. */
export function userLine({ user, password }: DovecotUser): string {
  return `${user}:{PLAIN.b64}${Buffer.from(password).toString('base64')}::::::\n`;
}
