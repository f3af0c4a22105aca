import { when } from "../../../core/automation/condition.ts";
import { contains } from "../../../core/partition/ranges.ts";
import { agrees, failureOf, standingOf } from "./world.ts";

Deno.test("and is met where all are", () =>
  agrees(
    when.and(when.missing, when.failed(), when.inProgress),
    () => (spot) =>
      standingOf(spot)?.kind !== "materialized" && failureOf(spot) !== undefined &&
      contains(spot.view.running.get(spot.node.key) ?? [], spot.partition),
  ));

Deno.test("and of nothing is met everywhere", () => agrees(when.and(), () => () => true));
