import { iso, type Json, type RunRecord, type RunRequest, type WaitsFor } from "../core/mod.ts";
import { table } from "./table.ts";
import { lasting, named, number } from "./text.ts";

/** A run as JSON; what runs do not have yet is null or nothing. */
export function runJson({ id, status, started, ended, request, summary }: RunRecord, waits?: WaitsFor) {
  const { priority = 0, parent = null, asOf: _asOf, ...asked } = request;
  return {
    id,
    status,
    request: asked,
    priority,
    parent,
    started: status === "queued" ? null : iso(started),
    ended: ended === null ? null : iso(ended),
    counts: (isObject(summary) ? summary.counts : undefined) ?? null,
    ...(waits && { waits: waitsJson(waits) }),
  };
}

/** What is waited for, as JSON. */
export function waitsJson({ since, ...rest }: WaitsFor) {
  return { ...rest, since: iso(since) };
}

/** The same in words. */
export function waitsText({ for: service, since, message }: WaitsFor): string {
  return `waits for ${service}, which is down since ${iso(since).replace(/\.\d+/, "")}: ${message}`;
}

/** The errors in a run's record. */
export function errorsOf({ summary }: RunRecord): Json {
  return (isObject(summary) ? summary.errors : undefined) ?? [];
}

/** Failures of assets as a whole in a run's record: no step and no event tells of them. */
export function failuresOf(run: RunRecord): { readonly asset: string; readonly message: string }[] {
  const errors = errorsOf(run);
  return Array.isArray(errors)
    ? errors.filter(isObject).flatMap(({ asset, partition, message }) =>
      typeof asset === "string" && typeof message === "string" && partition === null
        ? [{ asset, message }]
        : []
    )
    : [];
}

/** Runs as lines, with a head. */
export function runTable(runs: readonly RunRecord[]): string[] {
  return table(
    ["run", "status", "started", "took", "materialized", "request"],
    runs.map(({ id, status, started, ended, request, summary }) => [
      String(id),
      status,
      status === "queued" ? "" : iso(started).replace(/\.\d+/, ""),
      ended === null ? "" : lasting(ended - started),
      materialized(summary),
      requestText(request),
    ]),
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

function materialized(summary: Json): string {
  const counts = isObject(summary) ? summary.counts : undefined;
  const count = isObject(counts) ? counts.materialized : undefined;
  return typeof count === "number" ? number(count) : "";
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
