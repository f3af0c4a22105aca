import { type AnyAsset, definer, from } from "../../core/asset.ts";
import { eager } from "../../core/automation/presets.ts";
import type { Check } from "../../core/check.ts";
import { type Graph, graph } from "../../core/graph.ts";
import { HOUR } from "../../core/instant.ts";
import type { FailedOutput, Output } from "../../core/output.ts";
import { fromOrdinals, intersect, type Ranges } from "../../core/partition/ranges.ts";
import { derive, identityOf, isPoison, type Made } from "./content.ts";
import { dueOf, type Sketch } from "./sketch.ts";
import { announce, output } from "./outputs.ts";
import { askSensors } from "./openaq/history.ts";
import type { Worker } from "./worker.ts";

const define = definer<Worker>();

/** The graph of a sketch; its assets' resources are the worker that runs them. */
export function buildGraph(sketches: readonly Sketch[]): Graph {
  const assets = new Map<string, AnyAsset>();
  for (const sketch of sketches) assets.set(sketch.key, buildAsset(sketch, assets));
  return graph(assets.values());
}

function buildAsset(sketch: Sketch, above: ReadonlyMap<string, AnyAsset>): AnyAsset {
  const { key, set, code } = sketch;
  if (sketch.kind === "external") return define.external({ key, partitions: set });
  return define.asset({
    key,
    partitions: set,
    code: `${code}`,
    deps: Object.fromEntries(
      sketch.deps.map(({ name, upstream, mapping, mode }) => [
        name,
        from(above.get(upstream)!, mapping, { mode }),
      ]),
    ),
    batch: {
      most: sketch.batch,
      scattered: sketch.scattered,
      ...(sketch.automated && { backfill: sketch.batch }),
    },
    retry: { most: sketch.retries },
    checks: sketch.checks.map((severity) => check(severity)),
    ...(sketch.pool && { pool: "pool" }),
    ...(sketch.timeout && { timeout: { minutes: 1 } }),
    ...(sketch.retained && { retention: { hours: 2 } }),
    ...(sketch.asked && { due: dueOf }),
    ...(sketch.automated && { automation: eager() }),
    async *materialize(context) {
      const { partitions, inputs, resources: worker, signal, staging, run, due, forced, now } = context;
      const ordinals = [...partitions].map(({ ordinal }) => ordinal);
      worker.world.oracle.rest.begun(worker, run, key, ordinals);
      const end = worker.world.oracle.work.begin({
        worker,
        asset: key,
        partitions: ordinals,
        run,
        signal,
        forced,
      });
      try {
        if (sketch.sensors.length > 0) return yield* askSensors(sketch, context);
        // Sometimes so long that all else moves meanwhile.
        const pauses = worker.world.chance.pick(sketch.deps.length > 0 ? [1, 2, 3, 40] : [1, 2]);
        for (let i = 0; i < pauses; i++) await worker.pause("materialize");
        const standing = new Map<string, Awaited<ReturnType<typeof inputs[string]["materializations"]>>>();
        for (const { name } of sketch.deps) standing.set(name, await inputs[name]!.materializations());
        let group: (Output | FailedOutput)[] = [];
        for (const { ordinal } of partitions) {
          if (signal.aborted) return;
          const reads: Record<string, Made["reads"][string]> = {};
          for (const { name, upstream, mode } of sketch.deps) {
            if (mode === "order") continue;
            const members = inputs[name]!.members(ordinal);
            reads[upstream] = standing.get(name)!
              .filter(({ partition }) => intersect(members, [{ from: partition, to: partition }]).length > 0)
              .map(({ partition, dataVersion }) => [partition, dataVersion]);
          }
          // Sometimes an answer that was given long before.
          const asOf = sketch.asked && worker.maybe(0.2)
            ? now - worker.world.chance.pick([1, 5]) * HOUR
            : null;
          const made: Made = { run, identity: identityOf(sketch), reads, ...(asOf !== null && { asOf }) };
          group.push(
            worker.fails() ? { partition: ordinal, error: "injected: this partition failed" } : output(
              sketch,
              worker,
              ordinal,
              sketch.kind === "source" ? worker.world.truth(key, ordinal) : derive(sketch, ordinal, reads),
              `${staging}/${ordinal}`,
              made,
            ),
          );
          if (group.length === sketch.group) {
            announce(worker, run, key, group);
            yield group;
            group = [];
            await worker.pause("materialize");
          }
        }
        const owes = worker.fails() || worker.world.automated?.owes();
        if (sketch.asked && !forced && owes) await due(gaps(sketch, worker, ordinals), "a gap");
        announce(worker, run, key, group);
        if (group.length > 0) yield group;
      } finally {
        end();
      }
    },
  });
}

/** Some of the partitions in hand, or any of the asset's: a source that answers again tells of what it owed. */
function gaps({ set }: Sketch, { world }: Worker, own: readonly number[]): Ranges {
  const there = set.existing(world.turns.now);
  if (there === null || world.chance.happens(0.5)) return fromOrdinals(world.chance.some(own, 0.7));
  const from = world.chance.between(there.from, there.to);
  return [{ from, to: world.chance.between(from, there.to) }];
}

/** Refuses poison; what a blocking one lets pass, the oracle is told. */
function check(severity: "blocking" | "warning"): Check<Worker> {
  return {
    checks: [{ name: severity, severity }],
    async run({ outputs, resources: worker }) {
      await worker.pause("check");
      return outputs.map(({ partition, dataVersion, files }) => {
        const contents = files.map(({ path }) => worker.world.lake.read(path));
        const passed = !isPoison(dataVersion) && contents.every((content) => content !== undefined);
        if (passed && severity === "blocking") {
          for (const content of contents) worker.world.oracle.publications.pass(content!);
        }
        return { check: severity, partition, passed, ...(passed ? {} : { detail: `found ${dataVersion}` }) };
      });
    },
  };
}
