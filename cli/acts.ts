import { type Act, visible } from "../core/mod.ts";
import type { CommandLog } from "./command_log.ts";

/** Tells what somebody requested over the web: as data, or in a line. */
export function tellAct(log: CommandLog, told: Act, say: (line: string) => void): void {
  const { at: _, message: why, ...act } = told;
  if (!log.structured) say(actLine(told));
  else if (act.outcome === "done") log.info("act", { ...act, why });
  else log.warn("act", { ...act, why });
}

function actLine({ role, address, act, detail, outcome, message }: Act): string {
  const with_ = Object.entries(detail).map(([name, value]) =>
    `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  const what = [act, with_.join(", ")].filter((part) => part !== "").join(": ");
  const came = outcome === "done" && message === ""
    ? ""
    : `: ${[outcome, message].filter(Boolean).join(": ")}`;
  return visible(`web: ${role ?? "somebody"} at ${address}: ${what}${came}`);
}
