import type { Instant } from "../instant.ts";
import type { KeyValue } from "../ports/key_value.ts";

/** Whether what requests runs by itself is paused, and since when it is so. */
export interface Pause {
  readonly paused: boolean;
  readonly at: Instant;
}

/** How it was left; undefined where nobody ever paused it. */
export async function pauseOf(store: KeyValue, name: string): Promise<Pause | undefined> {
  return (await store.get(keyOf(name)))?.value as Pause | undefined;
}

/** Pauses or resumes what requests runs by itself. @returns Whether it was not so before. */
export async function setPaused(
  store: KeyValue,
  name: string,
  { paused, at }: Pause,
): Promise<boolean> {
  for (;;) {
    const kept = await store.get(keyOf(name));
    const before = kept?.value as Pause | undefined;
    if ((before?.paused ?? false) === paused) return false;
    if (await store.put(keyOf(name), { paused, at }, kept?.version ?? 0)) return true;
  }
}

function keyOf(name: string): string {
  return `paused/${name}`;
}
