import { when } from "../../../core/automation/condition.ts";
import { agrees, standingOf } from "./world.ts";

Deno.test("newly updated is what was made since the last evaluation and stands; at the first, nothing", () =>
  agrees(when.newlyUpdated, () => (spot) => {
    const standing = standingOf(spot);
    return standing?.kind === "materialized" && standing.seq > (spot.last?.seq ?? Infinity);
  }));
