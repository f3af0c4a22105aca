import {
  type AssetEvent,
  type AssetSnapshot,
  type Checked,
  DAMAGED,
  damageOf,
  type Due,
  EXPIRED,
  type Failed,
  type Materialized,
  type OrdinalRange,
  type Seq,
  STANDS,
  WIPED,
  type Wiped,
} from "../../../core/mod.ts";
import { joined } from "../bytes.ts";

interface Row {
  /** The event that gave it its number. */
  readonly event: (Materialized | Wiped) & { readonly seq: Seq };
  readonly changed: Seq;
  readonly status: typeof STANDS | typeof EXPIRED | typeof WIPED | typeof DAMAGED;
  readonly passed: number;
  readonly failed: number;
}

type Mark = OrdinalRange & { readonly event: (Failed | Due) & { readonly seq: Seq } };

/** How the partitions of one asset stand by its events. */
export class Projection {
  readonly #rows = new Map<number, Row>();
  /** The partitions that ever had a file of a path. */
  readonly #places = new Map<string, Set<number>>();
  #marks: Mark[] = [];

  apply(event: AssetEvent): void {
    switch (event.kind) {
      case "materialized":
        return this.#materialize(event);
      case "wiped":
        for (const [partition, row] of this.#within(event)) {
          if (row.status === WIPED) continue;
          this.#rows.set(partition, { event, changed: event.seq, status: WIPED, passed: 0, failed: 0 });
        }
        return;
      case "expired":
        for (const [partition, row] of this.#within(event)) {
          if (row.status === WIPED) continue;
          this.#rows.set(partition, { ...row, status: EXPIRED });
        }
        return;
      case "checked": {
        const row = this.#rows.get(event.partition);
        if (row === undefined || row.event.seq !== event.of || row.status === WIPED) return;
        this.#rows.set(event.partition, {
          ...row,
          status: statusAfter(row.status, event.checks),
          ...tally(event.checks),
        });
        return;
      }
      case "registered":
        return;
      case "failed":
      case "due":
        this.#marks = this.#marks.filter((old) =>
          old.event.kind !== event.kind || old.from < event.from || old.to > event.to
        );
        this.#marks.push({ from: event.from, to: event.to, event });
    }
  }

  /** Cuts off the ends of marks that have been left behind; call it once after the events of a commit. */
  trimMarks(): void {
    this.#marks = this.#marks.map((mark) => {
      const { event } = mark;
      const past = (partition: number) => (this.#rows.get(partition)?.event.seq ?? 0) > event.seq;
      let { from, to } = mark;
      while (from <= to && past(from)) from++;
      while (to > from && past(to)) to--;
      return { from, to, event };
    }).filter(({ from, to }) => from <= to);
  }

  marks(): readonly Mark[] {
    return this.#marks;
  }

  /** The last materialization of each partition in the range that has one and was not wiped, ascending. */
  materializations(
    range: OrdinalRange,
  ): { readonly event: Materialized & { readonly seq: Seq }; readonly expired: boolean }[] {
    const found: { event: Materialized & { seq: Seq }; expired: boolean }[] = [];
    for (const [, { event, status }] of this.#within(range)) {
      if (event.kind === "materialized") found.push({ event, expired: status === EXPIRED });
    }
    return found.sort((a, b) => a.event.partition - b.event.partition);
  }

  /** The number of the event by which a partition stands, or was wiped. */
  seqOf(partition: number): Seq | undefined {
    return this.#rows.get(partition)?.event.seq;
  }

  isMaterialized(partition: number): boolean {
    return this.#rows.get(partition)?.event.kind === "materialized";
  }

  /** Whether some partition is wiped by an event. */
  wipedBy(seq: Seq): boolean {
    return [...this.#rows.values()].some(({ event, status }) => status === WIPED && event.seq === seq);
  }

  /** The partitions that stand with a file of a path. */
  ownersOf(path: string): number[] {
    return [...this.#places.get(path) ?? []].filter((partition) => {
      const { event, status } = this.#rows.get(partition)!;
      return event.kind === "materialized" && status !== EXPIRED &&
        event.payload.files.some((file) => file.path === path);
    });
  }

  snapshot(): AssetSnapshot {
    const rows = [...this.#rows].sort(([a], [b]) => a - b);
    const each = <T>(of: (row: Row) => T) => rows.map(([, row]) => of(row));
    const made = each(({ event }) => event.kind === "materialized" ? event : undefined);
    const nothing = new Uint8Array(32);
    return {
      ordinals: Float64Array.from(rows, ([ordinal]) => ordinal),
      seq: Float64Array.from(each(({ event }) => event.seq)),
      changed: Float64Array.from(each(({ changed }) => changed)),
      read: Float64Array.from(made, (event) => event?.read ?? 0),
      at: Float64Array.from(each(({ event }) => event.at)),
      codeId: Int32Array.from(made, (event) => event?.codeId ?? 0),
      status: Uint8Array.from(each(({ status }) => status)),
      checksPassed: Uint8Array.from(each(({ passed }) => Math.min(passed, 255))),
      checksFailed: Uint8Array.from(each(({ failed }) => Math.min(failed, 255))),
      members: joined(made.map((event) => event?.member ?? nothing)),
      edges: joined(made.flatMap((event) => event?.edges ?? [])),
    };
  }

  #materialize(event: Materialized & { readonly seq: Seq }): void {
    const before = this.#rows.get(event.partition);
    const same = before?.event.kind === "materialized" && before.event.dataVersion === event.dataVersion;
    const changed = same ? before.changed : event.seq;
    this.#rows.set(event.partition, { event, changed, status: STANDS, ...tally(event.checks) });
    for (const { path } of event.payload.files) {
      this.#places.set(path, (this.#places.get(path) ?? new Set()).add(event.partition));
    }
  }

  *#within({ from, to }: OrdinalRange): Generator<[number, Row]> {
    if (to - from < this.#rows.size) {
      for (let partition = from; partition <= to; partition++) {
        const row = this.#rows.get(partition);
        if (row !== undefined) yield [partition, row];
      }
    } else {
      for (const entry of this.#rows) if (entry[0] >= from && entry[0] <= to) yield entry;
    }
  }
}

function statusAfter(status: Row["status"], checks: Checked["checks"]): Row["status"] {
  const damaged = damageOf(checks);
  return damaged === undefined || status === EXPIRED ? status : damaged ? DAMAGED : STANDS;
}

function tally(checks: Checked["checks"]): { passed: number; failed: number } {
  const passed = checks.filter((check) => check.passed).length;
  return { passed, failed: checks.length - passed };
}
