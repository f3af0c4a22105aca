import { when } from "../../../core/automation/condition.ts";
import { HOUR } from "../../../core/instant.ts";
import { agrees, failureOf } from "./world.ts";

Deno.test("failed is what failed since it was made", () =>
  agrees(when.failed(), () => (spot) => failureOf(spot) !== undefined));

Deno.test("failed less than three hours ago is what failed since it was made, and since then, by the present code", () =>
  agrees(
    when.failed({ hours: 3 }),
    () => (spot) => {
      const failure = failureOf(spot);
      if (failure?.kind !== "failed" || Math.abs(failure.at - spot.view.index.now) >= 3 * HOUR) return false;
      return failure.codeId === undefined || failure.codeId === spot.node.codeId;
    },
  ));
