import { MemoryDataStore, MemoryIntakeStore } from '../../../../shared/adapters/memory/objects.ts';
import { dataStoreSuite } from '../../../suites/data-store-suite.ts';
import { intakeStoreSuite } from '../../../suites/intake-store-suite.ts';

dataStoreSuite('memory', async () => new MemoryDataStore());
intakeStoreSuite('memory', async () => {
  const store = new MemoryIntakeStore();
  return { store, upload: async (key, text, metadata) => store.upload(key, text, metadata) };
});
