import {
  type Commit,
  DAMAGED,
  damageOf,
  type NewEvent,
  normalize,
  type OrdinalRange,
  STANDS,
} from "../../../core/mod.ts";
import type { CheckResult } from "../../../core/mod.ts";
import { placesOf } from "../commits.ts";
import * as rows from "../event_rows.ts";
import { encodeIntent } from "../stored_intent.ts";
import { readable } from "./database.ts";

/** The numbers of assets. */
type IdOf = (key: string) => number;

/** An event as `commit_events` takes it; `n` counts from 1. */
type Given = ReturnType<typeof given>;

/** The events as the arguments of `commit_events`: materializations that follow each other go together. */
export function eventArguments(events: readonly NewEvent[], idOf: IdOf) {
  const groups: Given[][] = [];
  let partitions = new Set<string>();
  const numbered = new Map<number, OrdinalRange[]>();
  for (const [place, event] of events.entries()) {
    const row = given(event, place + 1, idOf(event.asset));
    const name = `${row.asset} ${row.first}`;
    const joins = event.kind === "materialized" && !partitions.has(name) &&
      groups.at(-1)?.at(-1)?.kind === rows.MATERIALIZED;
    if (joins) groups.at(-1)!.push(row);
    else {
      groups.push([row]);
      partitions = new Set();
    }
    partitions.add(name);
    if (event.kind !== "materialized" && event.kind !== "wiped") continue;
    const ranges = numbered.get(row.asset) ?? [];
    ranges.push({ from: row.first, to: row.last ?? row.first });
    numbered.set(row.asset, ranges);
  }
  const trims = [...numbered].flatMap(([asset, ranges]) =>
    normalize(ranges).map(({ from, to }) => ({ asset, first: from, last: to }))
  );
  const runs = [...new Set(events.flatMap(({ run }) => run ?? []))];
  return [JSON.stringify(groups), JSON.stringify(trims), JSON.stringify(runs), events.length] as const;
}

/** What begins and ends of publications. */
export function intentArguments({ events, intents, reverted }: Commit) {
  const begun = intents?.map((intent, n) => ({
    n,
    partition: intent.event.partition,
    body: JSON.stringify(encodeIntent(intent)),
    paths: placesOf(intent),
  }));
  const over = [
    ...events.filter((event) => event.kind === "materialized").map(({ partition }) => partition),
    ...(reverted ?? []),
  ];
  return [
    begun === undefined ? null : JSON.stringify(begun),
    over.length === 0 ? null : JSON.stringify(over),
  ] as const;
}

export function stepArgument(step: Commit["step"], idOf: IdOf): string | null {
  if (step === undefined) return null;
  const { from: first, to: last, ...record } = step;
  return JSON.stringify({ ...record, first, last, asset: idOf(step.asset) });
}

function given(event: NewEvent, n: number, asset: number) {
  const { kind, at, run } = event;
  const body = rows.encodeBody(event);
  const [first, last] = "partition" in event
    ? [event.partition, null]
    : [event.from, event.to === event.from ? null : event.to];
  return {
    n,
    kind: rows.KINDS.indexOf(kind),
    asset,
    run,
    at,
    first,
    last,
    body: body && readable(body),
    ...("checks" in event && tally(event.checks)),
    ...(kind === "checked" && { of: event.of, damaged: damagedTo(event.checks) }),
    ...(kind === "materialized" && {
      code: event.codeId,
      read: event.read,
      version: event.dataVersion,
      member: event.member.toHex(),
      edges: event.edges.length === 0 ? null : event.edges.toHex(),
      paths: event.payload.files.map(({ path }) => path),
    }),
  };
}

/** The status that checks give a partition that stands; null where they do not say. */
function damagedTo(checks: readonly CheckResult[]): number | null {
  const damaged = damageOf(checks);
  return damaged === undefined ? null : damaged ? DAMAGED : STANDS;
}

/** How many checks passed and failed, as far as a byte counts. */
function tally(checks: readonly CheckResult[]): { passed: number; failed: number } {
  const passed = checks.filter((check) => check.passed).length;
  return { passed: Math.min(passed, 255), failed: Math.min(checks.length - passed, 255) };
}
