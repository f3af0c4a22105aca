/** How long so many requests take at least, in seconds: those that a minute and an hour allow may all start at once. */
export function leastSeconds(
  requests: number,
  { perMinute, perHour }: { readonly perMinute: number; readonly perHour: number },
): number {
  const hourly = Math.min(perHour, 60 * perMinute);
  const hours = Math.max(0, Math.ceil(requests / hourly) - 1);
  const minutes = Math.max(0, Math.ceil((requests - hours * hourly) / perMinute) - 1);
  return hours * 3_600 + minutes * 60;
}
