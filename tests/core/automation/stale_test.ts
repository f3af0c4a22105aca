import { when } from "../../../core/automation/condition.ts";
import type { CauseKind } from "../../../core/staleness/judgement.ts";
import { causesOf } from "../../../core/staleness/causes.ts";
import { agrees, type Spot, standingOf } from "./world.ts";

const isStale = (spot: Spot) =>
  standingOf(spot)?.kind === "materialized" && spot.view.index.judge(spot.node, spot.partition) !== "fresh";

Deno.test("stale is what stands and is not fresh", () => agrees(when.stale(), () => isStale));

for (const kinds of [["code"], ["input"], ["source"], ["upstream", "dependency"]] as CauseKind[][]) {
  Deno.test(`stale because of ${kinds} is what is stale and has such a cause`, () =>
    agrees(when.stale(...kinds), () => (spot) => {
      const { view: { index }, node, partition } = spot;
      const causes = causesOf(index, node, { from: partition, to: partition });
      return isStale(spot) && causes.some(({ kind }) => kinds.includes(kind));
    }));
}
