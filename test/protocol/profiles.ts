import type { Profile } from './storm.ts';
const messages = [
  { text: 'twin', date: '01-Mar-2026' },
  { text: 'twin', date: '01-Mar-2026' },
  { text: 'other', date: '01-Mar-2026' },
  { text: 'twin', date: '02-Mar-2026' },
  { text: 'single', date: '02-Mar-2026' },
];

export const calm: Profile = {
  messages,
  windowRows: 2,
  uidPlus: true,
  faults: {},
  faultRate: 0.05,
  executions: 2,
  repeated: 0.05,
  landing: 0.6,
};
