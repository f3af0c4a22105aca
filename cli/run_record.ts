import {
  iso,
  isoSeconds,
  runJson,
  type RunRecord,
  type RunRequest,
  type RunWaits,
  type WaitsFor,
} from "../core/mod.ts";
import { table } from "./table.ts";
import { lasting, named, number } from "./text.ts";

/** An outage that is waited for, in words. */
export function waitsText({ for: service, since, message }: WaitsFor): string {
  return `waits for ${service}, which is down since ${isoSeconds(since)}: ${message}`;
}

/** Why a run waits, in words. */
export function runWaitsText({ kind, ...waits }: RunWaits): string {
  if (kind === "outage") return waitsText(waits);
  return `waits for ${kind === "slot" ? `a slot of ${waits.for}` : waits.for}: ${waits.message}`;
}

/** Runs as lines, with a head. */
export function runTable(runs: readonly RunRecord[]): string[] {
  return table(
    ["run", "status", "started", "took", "materialized", "request"],
    runs.map((run) => {
      const { id, status, started, ended, request } = run;
      const materialized = runJson(run).counts?.materialized;
      return [
        String(id),
        status,
        status === "queued" ? "" : isoSeconds(started),
        ended === null ? "" : lasting(ended - started),
        typeof materialized === "number" ? number(materialized) : "",
        requestText(request),
      ];
    }),
  );
}

/** At most so many ranges are named where no selection chose them. */
const NAMED = 3;

/** A run's request in a line. */
export function requestText(request: RunRequest): string {
  const { command, selection, ranges, before, priority, tags, key: _key, asOf: _asOf, parent, ...rest } =
    request;
  const covered = ranges.slice(0, NAMED).map(({ asset, from, to }) => named(asset, from, to));
  if (ranges.length > NAMED) covered.push(`and ${number(ranges.length - NAMED)} more`);
  const flags = Object.entries(rest).map(([name, value]) =>
    value === true ? `--${name}` : `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  if (before !== undefined) flags.push(`before=${iso(before).slice(0, 10)}`);
  if (priority !== undefined && priority !== 0) flags.push(`priority=${priority}`);
  if (tags?.backfill !== undefined) flags.push(`backfill=${tags.backfill}`);
  if (parent !== undefined) flags.push(`parent=${parent}`);
  return [command, ...(selection ?? covered), ...flags].join(" ");
}
