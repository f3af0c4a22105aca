import { assertAlike } from "../adapters/state/model.ts";
import { postgresHarness } from "./harness.ts";

Deno.test("the memory and the PostgreSQL state answer alike, whatever they are asked, and as their events say", () =>
  assertAlike(() => postgresHarness(), 40));
