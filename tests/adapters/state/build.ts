import type {
  ClaimToken,
  Materialized,
  OrdinalRange,
  RunId,
  RunRequest,
  Snapshot,
  State,
} from "../../../core/mod.ts";

export const HOURS = "test/hours", DAYS = "test/days";
const time = { timeZone: "UTC", start: "2016-01-01", open: false } as const;

/** The assets of the tests: hours without inputs, days with one edge. */
export const ASSETS = [
  { key: HOURS, partitions: { type: "hourly", ...time }, record: { version: "1", edges: [] } },
  {
    key: DAYS,
    partitions: { type: "daily", ...time },
    record: { version: "1", edges: [{ upstream: HOURS, mapping: "hours-of-day" }] },
  },
] as const;

/** `length` bytes that all are `value`. */
export function bytes(value: number, length = 32): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** A version that is a digest. */
export function version(n: number): string {
  return n.toString(16).padStart(32, "0");
}

export function materialized(partition: number, given: Partial<Materialized> = {}): Materialized {
  return {
    kind: "materialized",
    asset: HOURS,
    at: 1_000,
    run: null,
    partition,
    dataVersion: version(partition),
    codeId: 1,
    read: 0,
    member: bytes(partition % 256),
    edges: new Uint8Array(0),
    payload: { files: [], rows: null, metadata: {} },
    checks: [],
    ...given,
  };
}

/** A run of nothing in particular. */
export const REQUEST: RunRequest = { command: "materialize", ranges: [] };

/** The whole of a claim that must be granted. */
export async function claimed(state: State, ...ranges: readonly OrdinalRange[]): Promise<ClaimToken> {
  const run = await state.beginRun(REQUEST, 0);
  const { granted } = await state.claim(run, HOURS, ranges);
  if (granted === undefined) throw new Error("nothing was granted");
  return granted.token;
}

export async function started(state: State): Promise<RunId> {
  return await state.beginRun(REQUEST, 1_000);
}

/** A snapshot's rows of one asset, one object a row. */
export function rows({ assets }: Snapshot, key = HOURS) {
  const asset = assets.get(key)!;
  return Array.from(asset.ordinals, (partition, row) => ({
    partition,
    seq: asset.seq[row],
    changed: asset.changed[row],
    status: asset.status[row],
  }));
}
