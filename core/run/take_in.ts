import { type CheckResult, FILES_INTACT } from "../check.ts";
import type { AssetKey, Checked, Materialized, RunId } from "../event.ts";
import { memberFingerprint } from "../fingerprint.ts";
import { type KeyRange, keyRange } from "../partition/range_text.ts";
import type { Versions } from "../ports/versions.ts";
import type { Node } from "../staleness/node.ts";
import type { TakenIn } from "../take_in.ts";
import { recorded } from "./recorded.ts";
import { commit, type Session } from "./session.ts";

/** The counts of what was taken in of an asset: partitions that stand, and earlier versions of them. */
export interface TakenInCount {
  /** The keys of the first and the last partition; null where it has none, or no keys. */
  readonly from: string | null;
  readonly to: string | null;
  readonly partitions: number;
  readonly versions: number;
}

/** Where kept versions are found, and who is told how it goes. */
export interface TakeInOptions {
  readonly versions: Versions;
  /** Told in a line, of an asset, what cannot be taken in. */
  readonly warn: (asset: AssetKey, message: string) => void;
  readonly progress: (asset: AssetKey, done: number, total: number, unit: string) => void;
  readonly signal: AbortSignal;
}

const BYTES = 32;

/**
 * Records what the lake holds of each asset that can tell, in a state that knows nothing yet and that nobody else uses.
 * What reads others is stale from then on, as nobody knows what it was made of: made again, most of it is found unchanged.
 */
export async function takeIn(
  session: Session,
  { versions, warn, progress, signal }: TakeInOptions,
): Promise<Map<AssetKey, TakenInCount>> {
  const { index, publisher, resources, clock } = session;
  const counts = new Map<AssetKey, TakenInCount>();
  await recorded(session, { command: "rebuild", ranges: [] }, async (run) => {
    for (const node of index.nodes) {
      const { key, asset } = node;
      if (asset.takeIn === null) continue;
      const standing = new Set<number>();
      let all = 0;
      const groups = asset.takeIn({
        resources,
        kept: (folder) => versions.below(folder),
        measure: (paths) => publisher.found(paths),
        warn: (message) => warn(key, session.mask(message)),
        progress: (...told) => progress(key, ...told),
        now: clock.now(),
        signal,
      });
      for await (const group of groups) {
        signal.throwIfAborted();
        const existing = group.filter(({ partition }) => node.set.has(partition, clock.now()));
        await record(session, run, node, existing);
        for (const { partition } of existing) standing.add(partition);
        all += existing.length;
      }
      counts.set(key, {
        ...hullOf(node, standing),
        partitions: standing.size,
        versions: all - standing.size,
      });
    }
  }, { signal });
  return counts;
}

function hullOf({ set }: Node, standing: ReadonlySet<number>): KeyRange {
  const ascending = [...standing].sort((a, b) => a - b);
  const [from, to] = [ascending.at(0), ascending.at(-1)];
  return from === undefined || to === undefined ? { from: null, to: null } : keyRange(set, { from, to });
}

async function record(
  session: Session,
  run: RunId,
  node: Node,
  group: readonly TakenIn[],
): Promise<void> {
  if (group.length === 0) return;
  const { index, clock } = session;
  const events = group.map((each): Materialized => ({
    kind: "materialized",
    asset: node.key,
    at: each.asOf ?? clock.now(),
    run,
    partition: each.partition,
    dataVersion: each.dataVersion,
    codeId: node.codeId,
    read: 0,
    member: memberFingerprint(node.key, node.set.key(each.partition), each.dataVersion),
    edges: new Uint8Array(node.summed.length * BYTES),
    payload: { files: each.files, rows: each.rows ?? null, metadata: each.metadata ?? {} },
    checks: [],
  }));
  await commit(session, { claim: null, events });
  const first = index.seq - events.length + 1;
  const damaged = group.flatMap(({ partition, damage }, i): Checked[] => {
    if (damage === undefined) return [];
    const check: CheckResult = { check: FILES_INTACT, severity: "blocking", passed: false, detail: damage };
    const of = { kind: "checked", asset: node.key, at: clock.now(), run, of: first + i } as const;
    return [{ ...of, partition, checks: [check] }];
  });
  if (damaged.length > 0) await commit(session, { claim: null, events: damaged });
}
