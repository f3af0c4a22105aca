import {
  type AnyAsset,
  type FailedOutput,
  type Instant,
  type Log,
  type Materialization,
  type OrdinalRange,
  ordinals,
  type Output,
} from "../../../core/mod.ts";
import type { LocalLake } from "../../adapters/object_store/local/lake.ts";
import { givenInput } from "../given_input.ts";

/** The latest materializations, by asset and partition. */
export type MaterializationsBy = Map<string, Map<number, Materialization>>;

export interface StepOptions {
  readonly lake: LocalLake;
  readonly standing: MaterializationsBy;
  readonly now: Instant;
  readonly resources: unknown;
  /** @default the only partition of an asset without any */
  readonly ranges?: readonly OrdinalRange[];
  readonly forced?: boolean;
  readonly marked?: readonly OrdinalRange[];
}

export interface Stepped {
  readonly outputs: readonly Output[];
  readonly failures: readonly FailedOutput[];
}

const SILENT: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
function quiet() {}

let attempts = 0;

/** Materializes partitions of an asset by hand, publishes group by group and takes note of what stands then. */
export async function step(asset: AnyAsset, options: StepOptions): Promise<Stepped> {
  const { lake, standing, now, resources, ranges = [{ from: 0, to: 0 }], forced = false, marked = [] } =
    options;
  const own = standing.get(asset.key) ?? new Map<number, Materialization>();
  standing.set(asset.key, own);
  const partitions = [...ordinals(ranges)].map((ordinal) => ({
    ordinal,
    key: asset.partitions.key(ordinal),
    window: asset.partitions.window(ordinal),
  }));
  const inputs = Object.fromEntries(
    Object.entries(asset.deps).map(([name, dependency]) => [
      name,
      givenInput(() => [...(standing.get(dependency.asset.key)?.values() ?? [])]),
    ]),
  );
  const groups = asset.materialize!({
    run: 1,
    partitions: {
      ranges,
      count: partitions.length,
      first: partitions[0]!,
      last: partitions.at(-1)!,
      [Symbol.iterator]: () => partitions.values(),
    },
    inputs,
    materializations: () => Promise.resolve([...own.values()]),
    resources: { store: lake.store, ...Object(resources) },
    log: SILENT,
    progress: quiet,
    signal: new AbortController().signal,
    now,
    forced,
    staging: `_staging/1/${++attempts}`,
    marked,
    due: () => Promise.resolve(),
  });
  const outputs: Output[] = [];
  const failures: FailedOutput[] = [];
  for await (const group of groups) {
    for (const each of group) {
      if ("error" in each) failures.push(each);
      else {
        await publish(each);
        outputs.push(each);
      }
    }
  }
  return { outputs, failures };

  async function publish(
    { partition, dataVersion, rows, metadata, staged = [], alongside = [], kept = [] }: Output,
  ) {
    const measured = await lake.publisher.measure(staged);
    await lake.publisher.replace(staged, measured);
    await lake.publisher.replace(alongside, await lake.publisher.measure(alongside));
    own.set(partition, {
      partition,
      key: asset.partitions.key(partition),
      dataVersion,
      files: [...kept, ...measured],
      rows: rows ?? null,
      metadata: metadata ?? {},
    });
  }
}
