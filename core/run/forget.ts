import type { Materialized, Seq } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { Forgotten, Replaced } from "../ports/history.ts";
import type { State } from "../ports/state.ts";
import type { Versions } from "../ports/versions.ts";
import { forgetKeys } from "./forget_keys.ts";

/** Forgotten at once. */
const AT_ONCE = 2_000;

/** The instant before which is forgotten, and where kept versions are found. */
export interface ForgetOptions {
  readonly before: Instant;
  readonly versions: Versions;
  /** Only counts it. */
  readonly counting?: "only" | undefined;
}

/**
 * Forgets what happened before an instant and says nothing any more: materializations that others replaced, unless a
 * rollback could still go back to them, marks and checks of what has been made since, runs with their logs, ticks
 * with their evaluations, episodes that people were told of, acts, and keys by which nobody asks any more.
 */
export async function forget(
  state: State,
  { before, versions, counting }: ForgetOptions,
): Promise<Forgotten> {
  let forgotten = 0;
  let some: Seq[] = [];
  const flush = async () => {
    forgotten += some.length;
    if (counting === undefined && some.length > 0) await state.forget(some);
    some = [];
  };
  for (const replaced of await state.replaced(before)) {
    some.push(...await needless(state, versions, replaced));
    if (some.length >= AT_ONCE) await flush();
  }
  await flush();
  const { events, runs } = await state.forgetOlder(before, counting);
  await state.alerts.forget(before, counting);
  await state.acts.forget(before, counting);
  if (counting === undefined) await forgetKeys(state, before);
  return { events: events + forgotten, runs, ticks: await state.forgetTicks(before, counting) };
}

/** Of materializations that were replaced, those that no rollback can go back to, or that a later one stands for. */
async function needless(
  state: State,
  versions: Versions,
  { asset, partition, materializations }: Replaced,
): Promise<Seq[]> {
  const old = new Set(materializations);
  const seen = new Set<string>();
  const needed = new Set<Seq>();
  for (const event of await state.history(asset, partition)) {
    const content = contentOf(event);
    if (seen.has(content)) continue;
    if (old.has(event.seq) && !await isKept(versions, event)) continue;
    seen.add(content);
    needed.add(event.seq);
  }
  return materializations.filter((seq) => !needed.has(seq));
}

function contentOf({ dataVersion, payload: { files } }: Materialized): string {
  return JSON.stringify([dataVersion, files.map(({ path, hash }) => [path, hash])]);
}

/** Whether the files of a version are still kept, so that it can be put back. */
async function isKept(
  versions: Versions,
  { dataVersion, payload: { files } }: Materialized,
): Promise<boolean> {
  return (await versions.keeps(files.map((ref) => ({ ref, dataVersion })))).every(Boolean);
}
