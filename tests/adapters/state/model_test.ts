import { sqliteHarness } from "./harness.ts";
import { assertAlike } from "./model.ts";

Deno.test("the memory and the SQLite state answer alike, whatever they are asked, and as their events say", () =>
  assertAlike(sqliteHarness, 150));
