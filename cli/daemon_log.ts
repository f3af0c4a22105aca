import type { DaemonNews, Json, RunRequest, Worked } from "../core/mod.ts";
import { workedJson } from "./daemon_lines.ts";
import type { CommandLog } from "./command_log.ts";

/** At most so many ranges, or errors, are told of a run. */
const MOST = 10;

/** Tells news of a daemon as data. */
export function logNews(log: CommandLog, news: DaemonNews): void {
  switch (news.type) {
    case "leads":
      return log.info("leads: asks for what is due");
    case "follows":
      return log.info("another daemon asks for what is due: works off what is queued");
    case "queued":
      return log.info("run queued", { run: news.run, tick: news.by, ...requested(news.request) });
    case "taken":
      return log.info("run taken", { run: news.run, ...requested(news.request) });
    case "worked":
      return logWorked(log, news.worked);
    case "failing": {
      const { name: tick, message: error, after } = news;
      return log.warn("tick failed", { tick, error, ...(after !== Infinity && { seconds: after / 1_000 }) });
    }
    case "recovered":
      return log.info("tick is as it should be again", { tick: news.name });
    case "behind":
      return log.warn("other code of an asset is registered", { asset: news.asset, error: news.message });
    case "present":
      return log.info("this daemon's code is the registered one again", { asset: news.asset });
    case "unseen":
      return log.warn("external asset cannot be looked for", { asset: news.asset, error: news.message });
    case "ending":
      return log.info("ends: runs at work may go on", { runs: news.runs, seconds: news.grace / 1_000 });
    default:
      return news satisfies never;
  }
}

/** Tells how a run ended, as data. */
export function logWorked(log: CommandLog, worked: Worked): void {
  const { run, status, counts, errors } = workedJson(worked);
  const told = errors.slice(0, MOST).map((error) => ({ ...error }));
  const fields = {
    run,
    command: worked.request.command,
    status,
    ...counts,
    ...("waits" in worked.outcome && worked.outcome.waits !== undefined && { waits: worked.outcome.waits }),
    ...(told.length > 0 && { errors: told, failures: errors.length }),
  };
  if (status === "failed") log.error("run ended", fields);
  else log.info(status === "queued" ? "run is queued again" : "run ended", fields);
}

function requested({ command, ranges, priority = 0 }: RunRequest): Record<string, Json> {
  const assets = [...new Set(ranges.map(({ asset }) => asset))];
  const [asset] = assets;
  return {
    command,
    priority,
    ...(assets.length === 1 ? { asset: asset! } : { assets: assets.slice(0, MOST) }),
    ranges: ranges.slice(0, MOST).map(({ asset, from, to }) => ({ asset, from, to })),
    ...(ranges.length > MOST && { further: ranges.length - MOST }),
  };
}
