import { when } from "../../../core/automation/condition.ts";
import { HOUR } from "../../../core/instant.ts";
import { agrees, failureOf } from "./world.ts";

Deno.test("failed is what failed since it was made", () =>
  agrees(when.failed(), () => (spot) => failureOf(spot) !== undefined));

Deno.test("failed less than three hours ago is what failed since it was made, and since then", () =>
  agrees(
    when.failed({ hours: 3 }),
    () => (spot) => Math.abs((failureOf(spot)?.at ?? -Infinity) - spot.view.index.now) < 3 * HOUR,
  ));
