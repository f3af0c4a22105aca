import { when } from "../../../core/automation/condition.ts";
import { agrees, failureOf, membersOf, type Spot } from "./world.ts";

Deno.test("blocked is what a check holds back, and what needs something that failed or is blocked", () =>
  agrees(when.blocked, () => isBlocked));

function isBlocked(spot: Spot): boolean {
  const failure = failureOf(spot);
  if (failure?.kind === "failed") return failure.reason === "check";
  return spot.view.index.judge(spot.node, spot.partition) !== "fresh" && needsFailed(spot);
}

function needsFailed(spot: Spot): boolean {
  return membersOf(spot).some((member) =>
    !spot.view.index.isSound(member.node, member.partition) &&
    (failureOf(member) !== undefined || needsFailed(member))
  );
}
