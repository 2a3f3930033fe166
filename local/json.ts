/** JSON values: what crosses every border of the embedded stack. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function parseJson(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

/** What is left of a value after a trip over the wire; `undefined` becomes null, as Lambda's runtime does. */
export function toJson(value: unknown): Json {
  return parseJson(JSON.stringify(value) ?? 'null');
}

export function isJsonObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Bytes of the UTF-8 serialization, the measure of all AWS payload limits. */
export function jsonSizeBytes(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}
