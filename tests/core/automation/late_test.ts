import { when } from "../../../core/automation/condition.ts";
import { HOUR } from "../../../core/instant.ts";
import { agrees } from "./world.ts";

Deno.test("late is what is not fresh three hours after its end, from the first that was ever made", () =>
  agrees(when.late, () => ({ view: { index }, node, partition, log }) => {
    const first = Math.min(
      ...log.flatMap((event) =>
        event.kind === "materialized" && event.asset === node.key ? [event.partition] : []
      ),
    );
    const window = node.set.window(partition);
    return node.asset.freshness !== null && partition >= first && window !== null &&
      window.end + 3 * HOUR < index.now && index.judge(node, partition) !== "fresh";
  }));
