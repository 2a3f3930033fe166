export { MemoryMailServers } from './servers.ts';
export { MailAccount, type MailAccountOptions } from './store.ts';
