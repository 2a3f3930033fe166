export { S3DataStore } from './data-store.ts';
export { S3IntakeStore } from './intake-store.ts';
