import {
  type AnyAsset,
  type CheckResult,
  type Graph,
  type Instant,
  type MaterializationRecord,
  type OpenLake,
  type PartitionState,
  type RunId,
} from "../../../core/mod.ts";

/** An asset that is promoted: a check compares each of its partitions with another asset's before it is published. */
export interface Gate {
  readonly prod: AnyAsset;
  readonly dev: AnyAsset;
  readonly check: string;
}

/** The gates of a graph, in its order. */
export function gatesOf({ assets }: Graph): Gate[] {
  return assets.flatMap((prod) =>
    prod.checks.flatMap(({ checks }) => checks).flatMap(({ name, against }) => {
      const dev = against === undefined ? undefined : prod.deps[against]?.asset;
      return dev === undefined ? [] : [{ prod, dev, check: name }];
    })
  );
}

/** One of both: how its partition stands, and what of it does. */
export interface Side {
  readonly state: PartitionState;
  /** Whether its files are known to be damaged or gone. */
  readonly isDamaged: boolean;
  /** Undefined where nothing stands. */
  readonly latest: MaterializationRecord | undefined;
  /** The checks of files that are not what was published; undefined where they are. */
  readonly damage: readonly CheckResult[] | undefined;
  /** The run that rolled back to what stands; of sides that have one version it is not looked for. */
  readonly rolledBackBy?: RunId;
}

/**
 * How development and production stand to each other: of equal versions, files of one of `damaged` are not what was
 * published, and one of `aged` is not fresh any more. Of `devBack` and `prodBack` that side was rolled back since they
 * were equal.
 */
export type Comparison =
  | "equal"
  | "damaged"
  | "aged"
  | "differ"
  | "devBack"
  | "prodBack"
  | "unpromoted"
  | "without"
  | "nothing";

/** Comparisons of sides that have other versions. */
export const DIFFERENT: readonly Comparison[] = ["differ", "devBack", "prodBack"];

/** A partition on both sides. */
export interface Pair {
  readonly partition: string | null;
  readonly dev: Side;
  readonly prod: Side;
  readonly comparison: Comparison;
}

/** So many partitions are shown at once. */
const SHOWN = 31;

/** Neighbouring partitions on both sides, the newest first, and where those before them end. */
export interface Pairs {
  readonly pairs: readonly Pair[];
  /** The key of the newest partition of those before; undefined where there are none. */
  readonly older: string | undefined;
}

/** The newest pairs, or those from a partition on backwards. */
export async function pairsOf(lake: OpenLake, gate: Gate, until: string | undefined): Promise<Pairs> {
  const { orchestrator } = lake;
  const set = orchestrator.partitions(gate.prod.key);
  const existing = set.existing(orchestrator.now);
  if (existing === null) return { pairs: [], older: undefined };
  const asked = until === undefined ? undefined : set.ordinal(until);
  const to = asked === undefined || asked > existing.to || asked < existing.from ? existing.to : asked;
  const from = Math.max(existing.from, to - SHOWN + 1);
  const keys = Array.from({ length: to - from + 1 }, (_, place) => set.key(to - place));
  const [dev, prod] = [await sidesOf(lake, gate.dev, keys), await sidesOf(lake, gate.prod, keys)];
  return {
    pairs: await Promise.all(
      keys.map((partition, place) => paired(lake, partition, dev[place]!, prod[place]!)),
    ),
    older: from > existing.from ? set.key(from - 1) ?? undefined : undefined,
  };
}

/** One partition on both sides; undefined where production has none of that key. */
export async function pairOf(
  lake: OpenLake,
  gate: Gate,
  partition: string | null,
): Promise<Pair | undefined> {
  const { orchestrator } = lake;
  const set = orchestrator.partitions(gate.prod.key);
  const ordinal = partition === null ? set.spec.type === "single" ? 0 : undefined : set.ordinal(partition);
  if (ordinal === undefined || !set.has(ordinal, orchestrator.now)) return undefined;
  const [dev] = await sidesOf(lake, gate.dev, [partition]);
  const [prod] = await sidesOf(lake, gate.prod, [partition]);
  return await paired(lake, partition, dev!, prod!);
}

async function paired(lake: OpenLake, partition: string | null, dev: Side, prod: Side): Promise<Pair> {
  const comparison = comparisonOf({ dev, prod });
  if (comparison !== "differ") return { partition, dev, prod, comparison };
  const both = { dev: await withRollback(lake, dev), prod: await withRollback(lake, prod) };
  const { dev: { rolledBackBy: devBack }, prod: { rolledBackBy: prodBack } } = both;
  return {
    partition,
    ...both,
    comparison: devBack !== undefined ? "devBack" : prodBack !== undefined ? "prodBack" : comparison,
  };
}

async function withRollback({ state }: Pick<OpenLake, "state">, side: Side): Promise<Side> {
  const run = side.latest?.event.run ?? undefined;
  const made = run === undefined ? undefined : await state.run(run);
  return run === undefined || made?.run.request.command !== "rollback"
    ? side
    : { ...side, rolledBackBy: run };
}

/** How partitions of an asset stand, by descending keys without gaps. */
async function sidesOf(
  { orchestrator, state }: OpenLake,
  { key }: AnyAsset,
  partitions: readonly (string | null)[],
): Promise<Side[]> {
  const set = orchestrator.partitions(key);
  const ordinals = partitions.map((each) => each === null ? 0 : set.ordinal(each));
  const known = ordinals.filter((each) => each !== undefined);
  if (known.length === 0) {
    return partitions.map(() => ({
      state: "missing",
      isDamaged: false,
      latest: undefined,
      damage: undefined,
    }));
  }
  const range = { from: known.at(-1)!, to: known[0]! };
  const damaged = await orchestrator.lookAtFiles(key, [range]);
  const latest = new Map((await state.materializations(key, [range])).map((each) => [each.partition, each]));
  const [from, to] = [set.key(range.from), set.key(range.to)];
  const bounds = from === null || to === null ? { all: true } : { from, to };
  const states = (await orchestrator.states(key, { lookbackDays: 0, ...bounds })).map((
    { from, to, state },
  ) => ({
    from: from === null ? 0 : set.ordinal(from)!,
    to: to === null ? 0 : set.ordinal(to)!,
    state,
  }));
  return ordinals.map((ordinal) => ({
    state: states.find(({ from, to }) => ordinal !== undefined && from <= ordinal && ordinal <= to)?.state ??
      "missing",
    isDamaged: ordinal !== undefined && orchestrator.isDamaged(key, ordinal),
    latest: ordinal === undefined ? undefined : latest.get(ordinal),
    damage: damaged.find(({ partition }) => partition === ordinal)?.checks,
  }));
}

function comparisonOf({ dev, prod }: { readonly dev: Side; readonly prod: Side }): Comparison {
  if (dev.latest === undefined && prod.latest === undefined) return "nothing";
  if (dev.latest === undefined) return "without";
  if (prod.latest === undefined) return "unpromoted";
  if (dev.latest.event.dataVersion !== prod.latest.event.dataVersion) return "differ";
  if (dev.isDamaged || prod.isDamaged) return "damaged";
  return dev.state === "fresh" && prod.state === "fresh" ? "equal" : "aged";
}

/** The checks of what stands of a partition, as they were run last, and when that was. */
export interface Checked {
  readonly results: readonly CheckResult[];
  /** Undefined where none were run, or files were looked at only now. */
  readonly at: Instant | undefined;
}

/** Finds the checks of what stands of a partition. */
export async function checksOf(
  { state }: Pick<OpenLake, "state">,
  { key }: AnyAsset,
  { latest, damage }: Side,
): Promise<Checked> {
  if (latest === undefined) return { results: [], at: undefined };
  const { partition, seq, event } = latest;
  const rechecked = (await state.rechecked(key, [{ from: partition, to: partition }])).get(partition);
  const [last] = await state.eventsOf(key, 1, { partition, kinds: ["checked"] });
  const isLast = rechecked !== undefined && last?.kind === "checked" && last.of === seq;
  return { results: damage ?? rechecked ?? event.checks, at: isLast ? last.at : event.at };
}
