import { when } from "../../../core/automation/condition.ts";
import { agrees, EVERY } from "./world.ts";

Deno.test("a cron passed for all if its time came since the last evaluation; at the first, none did", () =>
  agrees(
    when.cronPassed("0 */3 * * *"),
    () => ({ view: { index: { now } }, last }) =>
      last !== undefined && Math.floor(now / EVERY) > Math.floor(last.at / EVERY),
  ));
