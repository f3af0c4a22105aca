/** How long so many requests take at least, in seconds. */
export function leastSeconds(
  requests: number,
  { perMinute, perHour }: { readonly perMinute: number; readonly perHour: number },
): number {
  const hourly = Math.min(perHour, 60 * perMinute);
  const hours = Math.max(0, Math.ceil(requests / hourly) - 1);
  return hours * 3_600 + Math.min(3_600, (requests - hours * hourly) / perMinute * 60);
}
