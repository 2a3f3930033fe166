/** The one place of the embedded stack where `process.env` is read. */
export function clientEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
