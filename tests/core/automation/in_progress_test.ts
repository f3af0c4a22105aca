import { when } from "../../../core/automation/condition.ts";
import { contains } from "../../../core/partition/ranges.ts";
import { agrees } from "./world.ts";

Deno.test("in progress is what a live worker holds", () =>
  agrees(
    when.inProgress,
    () => ({ view, node, partition }) => contains(view.running.get(node.key) ?? [], partition),
  ));
