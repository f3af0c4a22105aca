import { when } from "../../../core/automation/condition.ts";
import { agrees, standingOf } from "./world.ts";

Deno.test("code changed is what stands and was made by other code", () =>
  agrees(when.codeChanged, () => (spot) => {
    const standing = standingOf(spot);
    return standing?.kind === "materialized" && standing.codeId !== spot.node.codeId;
  }));
