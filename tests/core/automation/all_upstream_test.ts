import { when } from "../../../core/automation/condition.ts";
import { agrees, membersOf, standingOf } from "./world.ts";

Deno.test("all upstream is met by every member that exists; by none, where nothing is read", () =>
  agrees(
    when.allUpstream(when.not(when.missing)),
    () => (spot) => membersOf(spot).every((member) => standingOf(member)?.kind === "materialized"),
  ));
