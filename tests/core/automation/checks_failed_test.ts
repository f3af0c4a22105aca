import { when } from "../../../core/automation/condition.ts";
import { agrees, standingOf } from "./world.ts";

Deno.test("checks failed is what stands and did not pass a check when it was checked last", () =>
  agrees(when.checksFailed, () => (spot) => {
    const standing = standingOf(spot);
    if (standing?.kind !== "materialized") return false;
    const again = spot.log.findLast((event) => event.kind === "checked" && event.of === standing.seq);
    const { checks } = again?.kind === "checked" ? again : standing;
    return checks.some(({ passed }) => !passed);
  }));
