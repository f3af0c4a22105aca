import { when } from "../../../core/automation/condition.ts";
import { agrees, standingOf } from "./world.ts";

Deno.test("missing is what was never made, or was wiped", () =>
  agrees(when.missing, () => (spot) => standingOf(spot)?.kind !== "materialized"));
