import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Automation } from "../../../core/automation/automation.ts";
import { type Condition, when } from "../../../core/automation/condition.ts";
import { evaluate } from "../../../core/automation/evaluate.ts";
import { eager, onCron, onMissing } from "../../../core/automation/presets.ts";
import type { Memory, View } from "../../../core/automation/view.ts";
import type { AssetKey } from "../../../core/event.ts";
import type { Ranges } from "../../../core/partition/ranges.ts";
import { Chance } from "../../simulation/chance.ts";
import { cron, World } from "./world.ts";

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom<Condition>(
      when.missing,
      when.stale(),
      when.stale("source"),
      when.newlyUpdated,
      when.inProgress,
      when.failed(),
      when.failed({ hours: 2 }),
      when.blocked,
      when.codeChanged,
      when.cronPassed("0 */3 * * *"),
      when.withinLatest(2),
      when.checksFailed,
      when.late,
      when.ready,
      when.requested,
      eager(),
      eager({ lookBack: 3 }),
      onMissing(),
      onCron("0 */3 * * *"),
    ),
    tie("condition").map(when.not),
    tie("condition").map(when.newlyTrue),
    tie("condition").map(when.anyUpstream),
    tie("condition").map(when.allUpstream),
    fc.tuple(tie("condition"), tie("condition")).map(([of, reset]) => when.since(of, reset)),
    fc.tuple(tie("condition"), tie("condition")).map((of) => when.and(...of)),
    fc.tuple(tie("condition"), tie("condition")).map((of) => when.or(...of)),
  ),
}));

Deno.test("evaluated only where something changed, conditions are met where they are met evaluated wholly", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(condition, { minLength: 1, maxLength: 6 }),
      async (seed, conditions) => {
        const chance = new Chance(seed);
        const world = new World(
          chance,
          (asset) => conditions[Number(asset.slice("sim/a".length)) % conditions.length],
        );
        await world.open();
        let automation = new Automation(world.index, cron);
        const reference = new Whole();
        let running: View["running"] = new Map();
        for (let tick = 0; tick < 12; tick++) {
          for (let acts = chance.between(0, 3); acts > 0; acts--) await world.act();
          // Seldom, as every change of it has partitions looked at.
          if (chance.happens(0.15)) running = world.view().running;
          if (automation.index !== world.index) {
            const memories = [...automation.memories()].map(([{ key }, memory]) => [key, memory]);
            automation = new Automation(world.index, cron, new Map(JSON.parse(JSON.stringify(memories))));
          }
          automation.evaluate(running);
          assertEquals(
            world.index.nodes.map((node) => [node.key, automation.met(node)]),
            reference.evaluate(world, running),
          );
        }
      },
    ),
    { numRuns: 200 },
  );
});

/** Evaluates every condition for all partitions, each time. */
class Whole {
  readonly #memories = new Map<AssetKey, Memory>();

  evaluate({ index }: World, running: View["running"]): (readonly [AssetKey, Ranges])[] {
    const requested = new Map<AssetKey, Ranges>();
    return index.nodes.map((node) => {
      const { key, asset: { automation } } = node;
      if (automation === null) return [key, []];
      const memory = this.#memories.get(key);
      const evaluation = evaluate({ index, running, requested, cron }, node, automation, { memory });
      this.#memories.set(key, evaluation.memory);
      requested.set(key, evaluation.met);
      return [key, evaluation.met];
    });
  }
}
