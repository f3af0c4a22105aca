import {
  type AutomationStatus,
  automationStatusJson,
  isoSeconds,
  type KeptTick,
  visible,
} from "../core/mod.ts";
import { type App, type Context, type ExitCode, type Invocation, UsageError } from "./context.ts";
import { near } from "./selection.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { table } from "./table.ts";

/** Tells the status of some of what requests runs by itself. */
export async function tellStatuses(
  { json, app: open }: Invocation,
  { stdout, log }: Context,
  kinds: readonly AutomationStatus["kind"][],
): Promise<ExitCode> {
  const app = await open();
  const found = (await app.automations()).filter(({ kind }) => kinds.includes(kind));
  notify(json ? log : stdout, app.notices);
  if (json) {
    printJson(stdout, found.map(automationStatusJson));
    return 0;
  }
  const columns = ["name", "next", "last", "outcome", "detail"];
  const rows = found.map((status) => [
    status.name,
    nextText(status),
    status.last === null ? "" : isoSeconds(status.last.at),
    status.last?.outcome ?? "",
    visible(status.last?.detail ?? ""),
  ]);
  const [head, ...rest] = table(
    columns.map((head, rank) => ({ head, rank })),
    rows,
    stdout.columns() || Infinity,
  );
  print(stdout, painter(stdout)("bold", head!));
  for (const line of rest) print(stdout, line);
  return 0;
}

function nextText({ kind, paused, next }: AutomationStatus): string {
  if (paused) return "paused";
  if (next !== null) return isoSeconds(next);
  return kind === "automation" ? "on change" : "never";
}

/** A tick as cells. */
export function tickCells({ at, outcome, detail, runs }: KeptTick): string[] {
  return [isoSeconds(at), outcome, runs.join(", "), visible(detail)];
}

/** What the word names. @throws {UsageError} If it is nothing that requests runs by itself. */
export async function namedAutomation(
  app: App,
  action: string,
  word: string | undefined,
): Promise<AutomationStatus> {
  const all = await app.automations();
  const names = all.map(({ name }) => name);
  if (word === undefined) throw new UsageError(`${action}: found no name, wanted one of ${names.join(", ")}`);
  const found = all.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const meant = near(word, names);
  const wanted = meant === undefined ? `wanted one of ${names.join(", ")}` : `did you mean "${meant}"?`;
  throw new UsageError(`${action} "${word}": found no schedule or sensor of that name, ${wanted}`);
}
