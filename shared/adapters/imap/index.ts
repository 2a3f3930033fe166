export { ImapServers } from './servers.ts';
