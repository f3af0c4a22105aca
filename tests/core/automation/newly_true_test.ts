import { when } from "../../../core/automation/condition.ts";
import { agrees, failureOf, membersOf, remembering, type Spot } from "./world.ts";

const isFailed = (spot: Spot) => failureOf(spot) !== undefined;

Deno.test("newly true is what was not so at the last evaluation and is; at the first, nothing", () =>
  agrees(when.newlyTrue(when.failed()), () => {
    const last = remembering();
    return (spot) => {
      const now = isFailed(spot);
      const before = last(spot, now);
      return spot.last !== undefined && now && before !== true;
    };
  }));

Deno.test("newly true is remembered for whole conditions, of whatever they are made", () =>
  agrees(when.newlyTrue(when.anyUpstream(when.failed())), () => {
    const last = remembering();
    return (spot) => {
      const now = membersOf(spot).some(isFailed);
      const before = last(spot, now);
      return spot.last !== undefined && now && before !== true;
    };
  }));
