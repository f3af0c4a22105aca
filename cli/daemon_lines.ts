import type { DaemonNews, Instant, Worked } from "../core/mod.ts";
import { iso, visible } from "../core/mod.ts";
import type { Paint } from "./out.ts";
import { requestText } from "./run_record.ts";
import { lasting, named, number, plural } from "./text.ts";

/** Of a run that failed so many errors are told. */
const MOST_ERRORS = 5;

/** The lines that tell news of a daemon; none where its runs say enough. */
export function newsLines(news: DaemonNews, paint: Paint): string[] {
  switch (news.type) {
    case "leads":
      return [paint("bold", "leads: asks for what is due")];
    case "follows":
      return [paint("bold", "another daemon asks for what is due: works off what is queued")];
    case "queued":
      return [`run ${news.run} is queued by ${news.by}: ${requestText(news.request)}`];
    case "taken":
      return [];
    case "worked":
      return [
        workedLine(news.worked),
        ...told(errorLines(news.worked)).map((line) => paint("red", visible(line))),
      ];
    case "failing": {
      const again = news.after === Infinity ? "" : `, tried again in ${lasting(news.after)}`;
      return [paint("yellow", `warning: ${news.name}: ${news.message}${again}`)];
    }
    case "recovered":
      return [`${news.name}: as it should be again`];
    case "behind":
    case "unseen":
      return [paint("yellow", `warning: ${news.asset}: ${news.message}`)];
    case "present":
      return [`${news.asset}: this daemon's code is the registered one again`];
    case "ending":
      return [`ends: ${plural(news.runs, "run")} at work may go on for ${lasting(news.grace)}`];
  }
}

/** The same as data. */
export function newsJson(news: DaemonNews, at: Instant) {
  const { type: event, ...rest } = news;
  return { at: iso(at), event, ..."worked" in rest ? workedJson(rest.worked) : rest };
}

/** The first of some lines, and how many there are beside. */
function told(lines: readonly string[]): string[] {
  const rest = lines.length - MOST_ERRORS;
  return [...lines.slice(0, MOST_ERRORS), ...(rest > 0 ? [`and ${rest} more errors`] : [])];
}

export function workedJson({ run, outcome }: Worked) {
  const { status } = outcome;
  const failed = status === "refused" ? "failed" : status === "handed-back" ? "queued" : status;
  return {
    run,
    status: failed === "nothing_to_do" ? "succeeded" : failed,
    counts: "counts" in outcome ? outcome.counts : null,
    errors: "errors" in outcome ? outcome.errors : "message" in outcome ? [{ message: outcome.message }] : [],
  };
}

/** How a run ended, in a line. */
export function workedLine({ run, request, outcome }: Worked): string {
  const head = `run ${run} (${requestText(request)})`;
  switch (outcome.status) {
    case "handed-back":
      return outcome.waits === undefined ? `${head} is queued again` : `${head} waits, as ${outcome.waits}`;
    case "refused":
      return `${head} failed`;
    case "nothing_to_do":
      return `${head} succeeded: nothing to do`;
    default: {
      const { status, counts: { materialized, failed, blocked } } = outcome;
      if (request.command !== "materialize") return `${head} ${status}`;
      const rest = [
        ...(failed > 0 ? [`${number(failed)} failed`] : []),
        ...(blocked > 0 ? [`${number(blocked)} blocked`] : []),
      ];
      return `${head} ${status}: ${
        [`${plural(materialized, "partition")} materialized`, ...rest].join(", ")
      }`;
    }
  }
}

/** The errors of a run, a line each. */
export function errorLines({ run, outcome }: Worked): string[] {
  if ("message" in outcome) return [`run ${run}: ${outcome.message}`];
  if (!("errors" in outcome)) return [];
  return outcome.errors.map(({ asset, partition, message }) =>
    `${named(asset, partition, partition)}: ${message}`
  );
}
