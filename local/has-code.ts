/** Of a Node error. Without `instanceof`, because such an error may come from another realm than this module. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
