import { when } from "../../../core/automation/condition.ts";
import { contains } from "../../../core/partition/ranges.ts";
import { agrees, failureOf, standingOf } from "./world.ts";

Deno.test("or is met where any is", () =>
  agrees(
    when.or(when.missing, when.failed(), when.inProgress),
    () => (spot) =>
      standingOf(spot)?.kind !== "materialized" || failureOf(spot) !== undefined ||
      contains(spot.view.running.get(spot.node.key) ?? [], spot.partition),
  ));

Deno.test("or of nothing is met nowhere", () => agrees(when.or(), () => () => false));
