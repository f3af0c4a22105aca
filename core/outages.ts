import { type Instant, isoSeconds, MINUTE } from "./instant.ts";
import type { AssetKey } from "./event.ts";
import type { KeyValue } from "./ports/key_value.ts";
import type { RunRequest } from "./ports/state.ts";
import { answeredAt, changeSource, type SourceRecord, sourceRecords } from "./source_record.ts";
import type { StalenessIndex } from "./staleness/index.ts";
import type { Node } from "./staleness/node.ts";

/** A service that does not answer, by the pool of the assets that ask it. */
export interface Outage {
  readonly since: Instant;
  /** When it was looked at last. */
  readonly at: Instant;
  readonly message: string;
}

/** The services that do not answer, by pool. */
export type Outages = ReadonlyMap<string, Outage>;

/** Who says that a service is down says so again; what was said so long ago counts no more. */
const HOLDS = 10 * MINUTE;

/** The services that were found down lately. */
export async function outagesIn(store: KeyValue, now: Instant): Promise<Outages> {
  const outages = new Map<string, Outage>();
  for (const [pool, record] of await sourceRecords(store)) {
    const outage = outageIn(record, now);
    if (outage !== undefined) outages.set(pool, outage);
  }
  return outages;
}

function outageIn({ since, at, probed, message, isDown }: SourceRecord, now: Instant): Outage | undefined {
  if (since === null || !isDown) return undefined;
  const heard = [at ?? since, ...probed === null ? [] : [probed]];
  const last = heard.reduce((a, b) => Math.abs(now - a) < Math.abs(now - b) ? a : b);
  return Math.abs(now - last) < HOLDS ? { since, at: last, message } : undefined;
}

/** Notes whether a service answers, as who asks it says: `message` is why it does not, null that it does. */
export async function noteOutage(
  store: KeyValue,
  pool: string,
  { message, at }: { readonly message: string | null; readonly at: Instant },
): Promise<void> {
  await changeSource(store, pool, (known) => {
    if (message === null) return answeredAt(at, known);
    const since = outageIn(known, at)?.since ?? at;
    return { ...known, since, at, message, isDown: true };
  });
}

/** Why an asset is not requested: the service that it asks is down. */
export function outageOf(outages: Outages, { asset: { pool } }: Node): string | undefined {
  const outage = pool === null ? undefined : outages.get(pool);
  return outage && outageText(pool!, outage);
}

/** An outage in words. */
export function outageText(pool: string, { since, message }: Outage): string {
  return `${pool} is down since ${isoSeconds(since)}: ${message}`;
}

/** The assets that ask a service that is down: runs over them wait. */
export function waitingAssets(outages: Outages, index: StalenessIndex): AssetKey[] {
  if (outages.size === 0) return [];
  return index.nodes.filter(({ asset: { pool } }) => pool !== null && outages.has(pool)).map(({ key }) =>
    key
  );
}

/** Why a request waits, by the first of its assets that asks a service that is down. */
export function outageOver(
  outages: Outages,
  index: StalenessIndex,
  request: RunRequest,
): string | undefined {
  const waits = awaitedBy(outages, (asset) => index.find(asset)?.asset.pool, request);
  return waits && `${waits.asset} waits, as ${outageText(waits.pool, waits.outage)}`;
}

/** A service that is down and waited for, and the first asset that asks it. */
export interface Awaited {
  /** The first asset of it that asks the service. */
  readonly asset: AssetKey;
  readonly pool: string;
  readonly outage: Outage;
}

/** Whether a request waits for a service that is down. */
export function awaitedBy(
  outages: Outages,
  poolOf: (asset: AssetKey) => string | null | undefined,
  { command, ranges }: Pick<RunRequest, "command" | "ranges">,
): Awaited | undefined {
  if (command !== "materialize" || outages.size === 0) return undefined;
  for (const { asset } of ranges) {
    const pool = poolOf(asset) ?? null;
    const outage = pool === null ? undefined : outages.get(pool);
    if (outage !== undefined) return { asset, pool: pool!, outage };
  }
}

/** A service that is waited for, by the pool of the assets that ask it. */
export interface WaitsFor {
  readonly for: string;
  /** Since when it is down. */
  readonly since: Instant;
  /** Why it does not answer. */
  readonly message: string;
}

/** The outage that is waited for, as it is shown. */
export function waitOf({ pool, outage: { since, message } }: Awaited): WaitsFor {
  return { for: pool, since, message };
}
