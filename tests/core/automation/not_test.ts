import { when } from "../../../core/automation/condition.ts";
import { agrees, standingOf } from "./world.ts";

Deno.test("not is met where the condition is not", () =>
  agrees(when.not(when.missing), () => (spot) => standingOf(spot)?.kind === "materialized"));
