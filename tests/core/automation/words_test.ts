import { assertEquals } from "@std/assert";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { definer } from "../../../core/asset.ts";
import { onCron } from "../../../core/automation/presets.ts";
import { verdictOn } from "../../../core/automation/verdict.ts";
import { nameOf } from "../../../core/automation/evaluators.ts";
import { when } from "../../../core/automation/condition.ts";
import { lab } from "../lab.ts";

const { asset } = definer<null>();

Deno.test("an asset that waits for a time of its cron says so, and when that comes", async () => {
  const nightly = asset({
    key: "t/nightly",
    automation: onCron("0 18 * * *", { timeZone: "Asia/Ho_Chi_Minh" }),
    async *materialize() {},
  });
  const { orchestrator: { index } } = await lab([nightly]);
  const view = { index, running: new Map(), cron: new CronerCron() };
  const { reasons } = verdictOn(view, index.node("t/nightly"), 0);
  assertEquals(reasons, [
    "not at a time of cron 0 18 * * * (Asia/Ho_Chi_Minh) (comes next at 2024-02-02T11:00:00Z)",
  ]);
});

Deno.test("a condition that lasts until another is met is named in this order", () => {
  assertEquals(
    nameOf(when.since(when.and(when.missing, when.cronPassed("0 18 * * *")), when.newlyUpdated)),
    "missing and at a time of cron 0 18 * * * (UTC), and not newly updated since",
  );
});
