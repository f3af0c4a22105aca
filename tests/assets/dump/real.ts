import { fromFileUrl, join } from "@std/path";

/** Where real data lie, on machines that have them. */
export const REAL = fromFileUrl(new URL("../../../../shared/openaq", import.meta.url));

/** A test over real data; where there are none, it is skipped with the reason. */
export function real(name: string, test: () => Promise<void>): void {
  let there = true;
  try {
    Deno.statSync(join(REAL, "v1"));
  } catch {
    there = false;
    console.log(`skipped: there is no real data in "${REAL}": ${name}`);
  }
  Deno.test({ name, ignore: !there, fn: test });
}
