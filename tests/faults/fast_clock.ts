/** Run first, lets the program that follows see the wall clock run 20 times as fast, from the time that the URL's query names. */
export function fast(real: number, since: number): number {
  return since + 20 * (real - since);
}

const since = new URL(import.meta.url).searchParams.get("since");
const now = Date.now;
if (since !== null) Date.now = () => fast(now(), Number(since));
