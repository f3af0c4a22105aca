import { type Instant, iso, MINUTE, SECOND } from "../instant.ts";
import type { KeyValue } from "../ports/key_value.ts";
import type { RunRequest } from "../ports/state.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";

/** A service that does not answer, by the pool of the assets that ask it. */
export interface Outage {
  readonly since: Instant;
  /** When it was looked at last. */
  readonly at: Instant;
  readonly message: string;
}

/** The services that do not answer, by pool. */
export type Outages = ReadonlyMap<string, Outage>;

const PREFIX = "outages/";
/** Who says that a service is down says so again; what was said so long ago counts no more. */
const HOLDS = 10 * MINUTE;

/** The services that were found down lately. */
export async function outagesIn(store: KeyValue, now: Instant): Promise<Outages> {
  const kept = await store.list(PREFIX);
  const all = [...kept].map(([key, { value }]) =>
    [key.slice(PREFIX.length), value as unknown as Outage] as const
  );
  return new Map(all.filter(([, { at }]) => Math.abs(now - at) < HOLDS));
}

/** Notes whether a service answers: `message` says why it does not, null that it does. @returns Since when it does not. */
export async function noteOutage(
  store: KeyValue,
  pool: string,
  { message, at }: { readonly message: string | null; readonly at: Instant },
): Promise<Instant | null> {
  const key = PREFIX + pool;
  for (;;) {
    const kept = await store.get(key);
    if (message === null) {
      if (kept !== undefined) await store.delete(key);
      return null;
    }
    const before = kept?.value as Outage | undefined;
    const since = before === undefined || Math.abs(at - before.at) >= HOLDS ? at : before.since;
    if (await store.put(key, { since, at, message }, kept?.version ?? 0)) return since;
  }
}

/** Why an asset is not asked for: the service that it asks is down. */
export function outageOf(outages: Outages, { asset: { pool } }: Node): string | undefined {
  const outage = pool === null ? undefined : outages.get(pool);
  return outage && `${pool} is down since ${iso(outage.since - outage.since % SECOND)}: ${outage.message}`;
}

/** The same of a request, by the first of its assets that waits. */
export function outageOver(
  outages: Outages,
  index: StalenessIndex,
  { command, ranges }: RunRequest,
): string | undefined {
  if (command !== "materialize") return undefined;
  for (const { asset } of ranges) {
    const node = index.find(asset);
    const reason = node && outageOf(outages, node);
    if (reason !== undefined) return `${asset} waits, as ${reason}`;
  }
}
