/** Stands in for every handler, so that these tests do not depend on functions/. */
export const handler = async (): Promise<string> => import.meta.url;
