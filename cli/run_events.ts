import type { AssetKey, Keys, NumberedEvent, RunId, State } from "../core/mod.ts";
import { named, plural } from "./text.ts";

/** How many events are read at once. */
const PAGE = 1_000;

/** The events of a run, page by page. */
export async function* eventPages(
  state: State,
  run: RunId,
  signal: AbortSignal,
): AsyncIterable<readonly NumberedEvent[]> {
  for (let after = 0;;) {
    signal.throwIfAborted();
    const page = await state.events(run, { after, limit: PAGE });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.seq;
  }
}

/** Whether something failed: partitions, or a check of them. */
export function isFailure(event: NumberedEvent): boolean {
  if (event.kind === "materialized" || event.kind === "checked") {
    return event.checks.some(({ passed }) => !passed);
  }
  return event.kind === "failed";
}

/** One outcome that neighbouring partitions share. */
interface Group {
  readonly asset: AssetKey;
  /** Between the partitions and the rows. */
  readonly what: string;
  /** Behind them. */
  readonly why: string;
  from: number;
  to: number;
  rows: number | null;
  /** Of a single partition. */
  version: string | null;
}

/** The events of a run as ranges of partitions to which the same happened, in the order in which they began. */
export class EventRanges {
  readonly #groups: Group[] = [];
  readonly #last = new Map<AssetKey, Group>();

  add(event: NumberedEvent): void {
    const group = groupOf(event);
    const last = this.#last.get(event.asset);
    if (last?.what === group.what && last.why === group.why && last.to === group.from - 1) {
      last.to = group.to;
      last.rows = last.rows === null || group.rows === null
        ? last.rows ?? group.rows
        : last.rows + group.rows;
      last.version = null;
      return;
    }
    this.#groups.push(group);
    this.#last.set(event.asset, group);
  }

  lines(keys: Keys): string[] {
    return this.#groups.map(({ asset, what, why, from, to, rows, version }) => {
      const facts = [
        ...(rows === null ? [] : [plural(rows, "row")]),
        ...(version === null ? [] : [`version ${version}`]),
      ].join(", ");
      const partitions = named(asset, keys(asset, from), keys(asset, to), to - from + 1);
      return `${partitions} ${what}${facts === "" ? "" : ` ${facts}`}${why}`;
    });
  }
}

function groupOf(event: NumberedEvent): Group {
  const { asset, kind: what } = event;
  if (event.kind === "materialized" || event.kind === "checked") {
    const { partition, checks } = event;
    const why = checks.filter(({ passed }) => !passed).map(({ check }) => `, check "${check}" failed`).join(
      "",
    );
    const content = event.kind === "checked"
      ? { rows: null, version: null }
      : { rows: event.payload.rows, version: event.dataVersion };
    return { asset, what, why, from: partition, to: partition, ...content };
  }
  const { from, to } = event;
  const why = event.kind === "failed"
    ? `: ${event.message}`
    : event.kind === "due"
    ? `: ${event.detail}`
    : "";
  const kind = event.kind === "failed" && event.reason === "check" ? "blocked" : what;
  return { asset, what: kind, why, from, to, rows: null, version: null };
}
