import { when } from "../../../core/automation/condition.ts";
import { agrees, membersOf, type Spot, standingOf } from "./world.ts";

const isMissing = (spot: Spot) => standingOf(spot)?.kind !== "materialized";

Deno.test("any upstream is met by one member that exists, of any dependency but on what stands", () =>
  agrees(when.anyUpstream(when.missing), () => (spot) => membersOf(spot).some(isMissing)));

Deno.test("any upstream reaches further up where it is asked to", () =>
  agrees(
    when.anyUpstream(when.anyUpstream(when.missing)),
    () => (spot) => membersOf(spot).some((member) => membersOf(member).some(isMissing)),
  ));
