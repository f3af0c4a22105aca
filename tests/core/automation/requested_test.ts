import { when } from "../../../core/automation/condition.ts";
import { contains } from "../../../core/partition/ranges.ts";
import { agrees } from "./world.ts";

Deno.test("requested is what is asked for in the same evaluation", () =>
  agrees(
    when.requested,
    () => ({ view, node, partition }) => contains(view.requested.get(node.key) ?? [], partition),
  ));
