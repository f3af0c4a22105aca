import { damageOf } from "../../core/check.ts";
import type { AssetEvent, AssetKey, Materialized, Seq } from "../../core/event.ts";
import type { Instant } from "../../core/instant.ts";
import { ordinals } from "../../core/partition/ranges.ts";
import type { PartitionSet } from "../../core/partition/partition_set.ts";
import { identityOf, type Made, type Read } from "./content.ts";
import { dueOf, type Sketch, type SketchedDependency } from "./sketch.ts";

/** A partition as the log leaves it. */
export interface Row {
  readonly event: Materialized & { readonly seq: Seq };
  readonly made: Made;
  readonly expired: boolean;
  readonly damaged: boolean;
}

export type Rows = ReadonlyMap<AssetKey, ReadonlyMap<number, Row>>;

type MadeOf = (event: AssetEvent & Materialized) => Made;

/** The content after the events so far. */
export class Replayed {
  readonly #rows = new Map<AssetKey, Map<number, Row>>();

  constructor(readonly madeOf: MadeOf) {}

  get rows(): Rows {
    return this.#rows;
  }

  apply(event: AssetEvent): void {
    const own = this.#rows.get(event.asset) ?? new Map<number, Row>();
    this.#rows.set(event.asset, own);
    if (event.kind === "materialized") {
      own.set(event.partition, { event, made: this.madeOf(event), expired: false, damaged: false });
    } else if (event.kind === "checked") {
      const row = own.get(event.partition);
      const damaged = damageOf(event.checks);
      if (row?.event.seq === event.of && damaged !== undefined && !row.expired) {
        own.set(event.partition, { ...row, damaged });
      }
    } else if (event.kind === "wiped" || event.kind === "expired") {
      for (const [ordinal, row] of [...own]) {
        if (ordinal < event.from || ordinal > event.to) continue;
        if (event.kind === "wiped") own.delete(ordinal);
        else own.set(ordinal, { ...row, expired: true, damaged: false });
      }
    }
  }
}

/** The content after the events, read from the first to the last. */
export function replay(events: readonly AssetEvent[], madeOf: MadeOf): Rows {
  const replayed = new Replayed(madeOf);
  for (const event of events) replayed.apply(event);
  return replayed.rows;
}

/** The members that a partition would read of a dependency. */
export function readOf(
  rows: Rows,
  { mapping, upstream }: SketchedDependency,
  up: PartitionSet,
  down: PartitionSet,
  partition: number,
  now: Instant,
): Read {
  const own = rows.get(upstream);
  if (own === undefined) return [];
  return [...ordinals(mapping.bind(up, down).members(partition, now))].flatMap((member) => {
    const row = own.get(member);
    return row === undefined ? [] : [[member, row.event.dataVersion] as const];
  });
}

/** Judges every partition from the whole log, without sums, counts or anything kept: slow, and plainly right. */
export class Reference {
  readonly #sketches: ReadonlyMap<AssetKey, Sketch>;
  readonly #sound = new Map<string, boolean>();
  readonly #due: readonly AssetEvent[];

  constructor(
    sketches: readonly Sketch[],
    readonly rows: Rows,
    events: readonly AssetEvent[],
    /** The sets as the state knows them. */
    readonly sets: (key: AssetKey) => PartitionSet,
    /** The time that decides which partitions exist and what is due. */
    readonly now: Instant,
    /** The clock: what was answered later than that was answered by a wrong one. */
    readonly clock: Instant = now,
    /** The code that an asset is to be made with. @default as it is sketched */
    readonly codes: (sketch: Sketch) => string = identityOf,
  ) {
    this.#sketches = new Map(sketches.map((sketch) => [sketch.key, sketch]));
    this.#due = events.filter(({ kind }) => kind === "due");
  }

  row(key: AssetKey, partition: number): Row | undefined {
    return this.rows.get(key)?.get(partition);
  }

  existing(key: AssetKey): number[] {
    const set = this.sets(key);
    const there = set.existing(this.now);
    return there === null ? [] : [...ordinals([there])].filter((ordinal) => set.has(ordinal, this.now));
  }

  /** The partitions that a plan of everything must name. */
  notFresh(): string[] {
    return [...this.#sketches.values()].filter(({ kind }) => kind !== "external").flatMap(({ key }) =>
      this.existing(key).filter((partition) => !this.isFresh(key, partition)).map((each) => `${key} ${each}`)
    );
  }

  isFresh(key: AssetKey, partition: number): boolean {
    return this.isSound(key, partition) && !this.#isDue(key, partition);
  }

  isSound(key: AssetKey, partition: number): boolean {
    const name = `${key} ${partition}`;
    const known = this.#sound.get(name);
    if (known !== undefined) return known;
    const sketch = this.#sketches.get(key)!;
    const row = this.row(key, partition);
    const sound = row !== undefined && !row.damaged && row.made.identity === this.codes(sketch) &&
      sketch.deps.every((dependency) => this.#holds(sketch, dependency, partition, row.made));
    this.#sound.set(name, sound);
    return sound;
  }

  /** The members of a dependency that exist. */
  members({ key }: Sketch, { upstream, mapping }: SketchedDependency, partition: number): number[] {
    const up = this.sets(upstream);
    return [...ordinals(mapping.bind(up, this.sets(key)).members(partition, this.now))]
      .filter((member) => up.has(member, this.now));
  }

  readNow(sketch: Sketch, dependency: SketchedDependency, partition: number): Read {
    const { rows, now } = this;
    return readOf(rows, dependency, this.sets(dependency.upstream), this.sets(sketch.key), partition, now);
  }

  #holds(sketch: Sketch, dependency: SketchedDependency, partition: number, made: Made): boolean {
    const { mode, upstream } = dependency;
    if (mode === "order") return true;
    const before = made.reads[upstream] ?? [];
    const now = this.readNow(sketch, dependency, partition);
    if (mode === "present") return text(before.map(([each]) => each)) === text(now.map(([each]) => each));
    return text(before) === text(now) &&
      this.members(sketch, dependency, partition).every((member) => this.isSound(upstream, member));
  }

  #isDue(key: AssetKey, partition: number): boolean {
    const { event, made } = this.row(key, partition)!;
    const askedAt = made.asOf ?? event.at;
    const { asked } = this.#sketches.get(key)!;
    // An answer from a time that has not come was given while the clock was wrong.
    if (asked && askedAt > this.clock) return true;
    if (asked && dueOf(this.sets(key).window(partition), askedAt) <= this.now) return true;
    return this.#due.some((mark) =>
      mark.kind === "due" && mark.asset === key && mark.seq > event.seq && mark.from <= partition &&
      partition <= mark.to
    );
  }
}

const text = (value: unknown) => JSON.stringify(value);
