import {
  type AssetEvent,
  type AssetKey,
  type CauseJson,
  type CheckResult,
  type Instant,
  type KeptLogEntry,
  type Materialized,
  type OpenLake,
  type PartitionStand,
  partitionStand,
  type Seq,
} from "../../../core/mod.ts";

/** A cause, and when what it speaks of last changed, as far as that is known. */
export interface DatedCause {
  readonly cause: CauseJson;
  readonly at: Instant | undefined;
}

/** A version of a partition's content. */
export type Version = Materialized & { readonly seq: Seq };

/** All that a page tells of one partition. */
export interface Look extends Pick<PartitionStand, "state" | "isDamaged" | "hindrance"> {
  readonly causes: readonly DatedCause[];
  /** What `status` warns of, such as that an earlier version was put back. */
  readonly warnings: readonly string[];
  /** The latest materialization; undefined where nothing stands. */
  readonly latest: Version | undefined;
  /** Of what stands, as they were run last. */
  readonly checks: readonly CheckResult[];
  /** The versions since it was last wiped, newest first; those that were made again with the same content are one. */
  readonly versions: readonly Version[];
  readonly log: readonly KeptLogEntry[];
  readonly events: readonly AssetEvent[];
}

/** At most so many causes are dated, and so many lines and events shown. */
const DATED = 8, LINES = 100, EVENTS = 50;

/** Looks at one partition. @throws {RequestError} If the asset has no such partition. */
export async function lookAt(
  lake: OpenLake,
  asset: AssetKey,
  { partition, lookbackDays }: { readonly partition: string | null; readonly lookbackDays: number },
): Promise<Look> {
  const { state, orchestrator } = lake;
  const stand = await partitionStand(orchestrator, asset, partition, lookbackDays);
  const { ordinal, status, causes, hindrance } = stand;
  const [stands] = await state.materializations(asset, [{ from: ordinal, to: ordinal }]);
  const history = await state.history(asset, ordinal);
  const latest = stands && history.find(({ seq }) => seq === stands.seq);
  const rechecked = await state.rechecked(asset, [{ from: ordinal, to: ordinal }]);
  const checks = latest && (stand.damage ?? rechecked.get(ordinal) ?? latest.checks) || [];
  return {
    state: stand.state,
    isDamaged: stand.isDamaged,
    warnings: status.warnings.map(({ message }) => message),
    ...(hindrance && { hindrance }),
    causes: await Promise.all(
      causes.map(async (cause, place) => ({
        cause,
        at: place < DATED ? await changedAt(lake, cause) : undefined,
      })),
    ),
    latest,
    checks,
    versions: history.filter(({ dataVersion }, place) => dataVersion !== history[place + 1]?.dataVersion),
    log: latest?.run == null ? [] : await logOf(lake, latest.run, asset, ordinal),
    events: await state.eventsOf(asset, EVENTS, { partition: ordinal }),
  };
}

/** When what a cause speaks of last happened; undefined where it speaks of no partition. */
async function changedAt(
  { state, graph, orchestrator }: OpenLake,
  { asset, from, to }: CauseJson,
): Promise<Instant | undefined> {
  if (asset === undefined || from === undefined || !graph.byKey.has(asset)) return undefined;
  const set = orchestrator.partitions(asset);
  const key = to ?? from;
  const ordinal = key === null ? 0 : set.ordinal(key);
  if (ordinal === undefined) return undefined;
  const [event] = await state.eventsOf(asset, 1, { partition: ordinal });
  return event?.at;
}

/** The lines of the step that made a partition. */
async function logOf({ state }: OpenLake, run: number, asset: AssetKey, ordinal: number) {
  const found = await state.run(run);
  const step = found?.steps.find((each) =>
    each.asset === asset && each.from <= ordinal && ordinal <= each.to
  );
  return step === undefined ? [] : await state.logs(run, { step: step.step, limit: LINES });
}
