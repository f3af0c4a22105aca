/** Partitions by key as people read them: `2018-01-01 … 2018-01-31`; nothing for the unpartitioned. */
export function rangeText(from: string | null, to: string | null): string {
  if (from === null) return "";
  return from === to ? from : `${from} … ${to}`;
}
