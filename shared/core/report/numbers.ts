/** Numbers as people read them in a report. */
export const countText = (n: number): string => n.toLocaleString('en-US');

export const plural = (n: number, one: string, many = `${one}s`): string => `${countText(n)} ${n === 1 ? one : many}`;

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** Powers of 1,000, as disks and quotas are sold. */
export function sizeText(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  // What would be rounded to 1,000 is the next unit's 1.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? countText(Math.round(value)) : value.toFixed(1)} ${units[unit]}`;
}

/** Time between two instants, as `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
