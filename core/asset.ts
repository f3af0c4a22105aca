import type { Condition } from "./automation/condition.ts";
import type { Check } from "./check.ts";
import type { AssetKey, RunId } from "./event.ts";
import { type Duration, type Instant, type Milliseconds, milliseconds, MINUTE } from "./instant.ts";
import type { Mapping } from "./mapping.ts";
import type { FailedOutput, Input, Materialization, Output } from "./output.ts";
import { type PartitionSet, single, type Window } from "./partition/partition_set.ts";
import type { OrdinalRange, Ranges } from "./partition/ranges.ts";
import type { Definition } from "./ports/catalog.ts";
import type { Log } from "./ports/log.ts";
import type { TableColumns } from "./ports/table.ts";
import { show } from "./show.ts";
import type { TakeIn } from "./take_in.ts";

/** A file whose text is part of an asset's code version, such as a statement or a job script; read through a port. */
export interface SourceFile {
  /** Its path below the project (of a graph's module: below the module's folder), or its `file:` URL. */
  readonly path: string;
  /** Its name in the code version: a file may move. @default its path; of a URL, the file's name */
  readonly name?: string;
}

/**
 * How an asset uses what it depends on.
 * - `content`: its partitions are stale when the content of their members changes.
 * - `order`: members must be there and fresh, and never make stale.
 * - `present`: its members are those that stand: stale when one comes or goes, whatever their content; missing and stale
 *   ones neither block nor count.
 */
export type DependencyMode = "content" | "order" | "present";

/** An upstream asset, which of its partitions are read, and what of them counts. */
export interface Dependency<Down extends PartitionSet = PartitionSet> {
  readonly asset: AnyAsset;
  readonly mapping: Mapping;
  readonly mode: DependencyMode;
  /** Only for the compiler: the partition set that may depend so. */
  readonly down?: (set: Down) => void;
}

/** Dependencies by the names of the inputs. */
export type Dependencies<Down extends PartitionSet> = Readonly<Record<string, Dependency<Down>>>;

/** One partition that is to be materialized. */
export interface Partition {
  readonly ordinal: number;
  readonly key: string | null;
  /** Null in sets without time. */
  readonly window: Window | null;
}

/** The partitions of one call, ascending: a contiguous run, unless the asset takes scattered ones. */
export interface Partitions extends Iterable<Partition> {
  readonly ranges: Ranges;
  readonly count: number;
  readonly first: Partition;
  readonly last: Partition;
}

/** How a step is likely to go on. */
export interface Outlook {
  /** How long the rest takes, from when it is said. */
  readonly left?: Milliseconds;
  /** The reason for a pause, such as `waiting for the pace: 60 a minute`. */
  readonly note?: string;
}

/** The context of `materialize`. */
export interface Context<Resources, Deps> {
  readonly run: RunId;
  readonly partitions: Partitions;
  readonly inputs: { readonly [Name in keyof Deps]: Input };
  /** The latest materializations of the partitions in hand; none of those that are missing. */
  readonly materializations: () => Promise<readonly Materialization[]>;
  readonly resources: Resources;
  readonly log: Log;
  /** Says how far the step is, in a unit of the asset's choice, and how it is likely to go on. */
  readonly progress: (done: number, total: number, unit: string, outlook?: Outlook) => void;
  /** Aborted on timeout, cancel and when the claim is lost. */
  readonly signal: AbortSignal;
  readonly now: Instant;
  /** Whether the partitions were asked for by `--force`. */
  readonly forced: boolean;
  /** Those of the partitions that are made again for what was said with `due` alone: else they would be fresh. */
  readonly marked: Ranges;
  /** A folder of the lake for staged files, of this attempt alone, without a slash at its end. */
  readonly staging: string;
  /** Says that ranges of the asset's own partitions are due to be asked again, and why; recorded before it resolves. */
  readonly due: (ranges: readonly OrdinalRange[], detail: string) => Promise<void>;
}

/** A partition of an external asset as it was seen. */
export type Observation = Pick<Output, "partition" | "dataVersion" | "rows" | "metadata">;

/** The context of `observe`. */
export interface ObserveContext {
  /** The latest observation of each partition. */
  materializations(): Promise<readonly Materialization[]>;
  readonly now: Instant;
  readonly signal: AbortSignal;
  /** Told in a line of what is there and is no partition, though it may have been meant as one. */
  readonly warn: (message: string) => void;
}

/**
 * Looks at an external asset, changing nothing: every partition that is there, or why one cannot be told. Those that it
 * does not name are not there.
 */
export type Observe = (context: ObserveContext) => Promise<readonly (Observation | FailedOutput)[]>;

/** Says how many requests to its source an asset is likely to take that makes partitions in these batches. */
export type CountRequests<Resources> = (context: {
  readonly batches: readonly Ranges[];
  /** How many rows its newest partitions have, on average; null where nobody knows. */
  readonly rows: number | null;
  readonly resources: Resources;
  readonly now: Instant;
  readonly signal: AbortSignal;
}) => Promise<number>;

/** Retries of a step's failing attempt: `most` more tries, exponential back-off with full jitter from `base` to `limit`. */
export interface Retry {
  readonly most: number;
  readonly backoff?: { readonly base: Duration; readonly limit: Duration };
}

/** At most so many partitions at once: a contiguous run, or, where `scattered`, any ascending ones. */
export interface Batch {
  readonly most: number;
  /** @default false */
  readonly scattered?: boolean;
  /**
   * How many windows of time one run of a backfill covers, such as the hours that a source answers with one request.
   * @default `most`, or 100
   */
  readonly backfill?: number;
}

/** A promise about time, per partition: it is to be fresh at most `within` after its window's end. */
export interface Freshness {
  readonly within: Duration;
  /** After so long it is worth a look that it is not; shorter than `within`. @default never, before the promise is broken */
  readonly warn?: Duration;
  readonly after: "partition-end";
}

/** An asset as its author declares it; what is left out has the default that is named. */
export interface AssetOptions<Resources, Set extends PartitionSet, Deps extends Dependencies<Set>> {
  readonly key: AssetKey;
  readonly description?: string;
  /** @default unpartitioned */
  readonly partitions?: Set;
  readonly deps?: Deps;
  /** The declared code version: a new one makes every partition stale. @default "1" */
  readonly code?: string;
  /** Files whose text goes into the code version. */
  readonly sources?: readonly SourceFile[];
  /** The partitions of one call of `materialize`. @default one */
  readonly batch?: Batch;
  /** Steps of one pool share its slots. */
  readonly pool?: string;
  readonly retry?: Retry;
  /** For one attempt of a step. */
  readonly timeout?: Duration;
  /** @default the key's part before the slash */
  readonly group?: string;
  readonly kind?: string;
  readonly checks?: readonly Check<Resources>[];
  readonly freshness?: Freshness;
  /** When its partitions are asked for by themselves. @default never */
  readonly automation?: Condition;
  /** The columns of the table that it is; for people and catalogs. */
  readonly contract?: TableColumns;
  /** The catalog's entries that it registers, each time it is made. @default none */
  readonly entries?: readonly Definition[];
  /** How long the files of a partition are kept after it was made; then `prune` deletes them. @default for ever */
  readonly retention?: Duration;
  /**
   * For a source of data: when a partition that was answered at `askedAt` is to be asked again (Infinity: never).
   * The window is null in sets without time.
   */
  readonly due?: (window: Window | null, askedAt: Instant) => Instant;
  /** Answers what of it lies in the lake, for a state that is lost. @default nothing: all of it is made anew */
  readonly takeIn?: TakeIn<Resources>;
  /** Says how many requests to its source making partitions is likely to take. @default none */
  readonly requests?: CountRequests<Resources>;
  /**
   * Yields groups of outputs as they stand; each group is checked, published and committed before the next is asked for.
   * Every partition is answered once, by an output or by its failure; an error thrown fails those not yet answered.
   */
  materialize(context: Context<Resources, Deps>): AsyncIterable<readonly (Output | FailedOutput)[]>;
}

/** An asset of a graph whose resources are `Resources`. */
export interface Asset<Resources = unknown, Set extends PartitionSet = PartitionSet> {
  readonly key: AssetKey;
  readonly description: string;
  readonly partitions: Set;
  readonly deps: Readonly<Record<string, Dependency>>;
  readonly code: string;
  readonly sources: readonly SourceFile[];
  readonly batch: Required<Batch>;
  readonly pool: string | null;
  readonly retry: Retry;
  readonly timeout: Duration | null;
  readonly group: string;
  readonly kind: string;
  readonly checks: readonly Check<Resources>[];
  readonly freshness: Freshness | null;
  /** Null where it is only made when somebody asks for it. */
  readonly automation: Condition | null;
  readonly contract: TableColumns | null;
  readonly entries: readonly Definition[];
  readonly retention: Duration | null;
  readonly due: ((window: Window | null, askedAt: Instant) => Instant) | null;
  /** Null where others write the asset: its materializations are reported. */
  readonly materialize:
    | ((
      context: Context<Resources, Record<string, Input>>,
    ) => AsyncIterable<readonly (Output | FailedOutput)[]>)
    | null;
  /** Null where all of it is made anew once a state is lost. */
  readonly takeIn: TakeIn<Resources> | null;
  /** Null where it asks no source. */
  readonly requests: CountRequests<Resources> | null;
  /** Null where nobody looks: an external asset is reported then. */
  readonly observe: Observe | null;
}

/** An asset of whatever partitions and resources. */
// deno-lint-ignore no-explicit-any
export type AnyAsset<Resources = any> = Asset<Resources, any>;

const KEY = /^[a-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/;

/** An asset that others write. */
export interface ExternalOptions<Resources, Set extends PartitionSet> extends
  Pick<
    AssetOptions<Resources, Set, Dependencies<Set>>,
    "key" | "partitions" | "group" | "kind" | "description"
  > {
  /** Looks for what they wrote. @default nobody looks: it is reported */
  readonly observe?: Observe;
}

/** The declarations of a graph whose assets are given `Resources`. */
export interface Definer<Resources> {
  /** Declares an asset that this graph makes. @throws {TypeError} If a declaration cannot be meant. */
  asset<Set extends PartitionSet = PartitionSet, Deps extends Dependencies<Set> = Dependencies<Set>>(
    options: AssetOptions<Resources, Set, Deps>,
  ): Asset<Resources, Set>;
  /**
   * Declares an asset that others write. What they wrote is reported to the engine or, with `observe`, looked for before
   * each run, plan and status: its partitions, and those that read them, are then the ones that were seen. What reads
   * several, such as a month of days or `all`, is there once every one of them was.
   */
  external<Set extends PartitionSet = PartitionSet>(
    options: ExternalOptions<Resources, Set>,
  ): Asset<Resources, Set>;
}

/** At least so many windows are one run of a backfill, unless an asset says otherwise. */
const RUN = 100;

/** The functions that declare the assets of a graph whose resources are `Resources`. */
export function definer<Resources>(): Definer<Resources> {
  function asset<Set extends PartitionSet = PartitionSet, Deps extends Dependencies<Set> = Dependencies<Set>>(
    options: AssetOptions<Resources, Set, Deps>,
  ): Asset<Resources, Set> {
    if (!KEY.test(options.key)) {
      throw new TypeError(`declaring an asset: the key is "${options.key}", wanted "group/name"`);
    }
    const most = options.batch?.most ?? 1;
    if (!(most >= 1)) {
      throw new TypeError(`declaring "${options.key}": batch.most is ${most}, wanted 1 or more`);
    }
    const { backfill = most } = options.batch ?? {};
    if (!(backfill >= 1)) {
      throw new TypeError(`declaring "${options.key}": batch.backfill is ${backfill}, wanted 1 or more`);
    }
    const { within, warn } = options.freshness ?? {};
    if (within !== undefined && warn !== undefined && milliseconds(warn) >= milliseconds(within)) {
      throw new TypeError(
        `declaring "${options.key}": freshness.warn is ${milliseconds(warn) / MINUTE} minutes, ` +
          `wanted less than within: ${milliseconds(within) / MINUTE} minutes`,
      );
    }
    if (typeof options.materialize !== "function") {
      throw new TypeError(
        `declaring "${options.key}": materialize is ${show(options.materialize)}, wanted an async generator`,
      );
    }
    return {
      key: options.key,
      description: options.description ?? "",
      partitions: (options.partitions ?? single) as Set,
      deps: (options.deps ?? {}) as Asset["deps"],
      code: options.code ?? "1",
      sources: options.sources ?? [],
      batch: {
        most,
        scattered: options.batch?.scattered ?? false,
        backfill: options.batch?.backfill ?? Math.max(most, RUN),
      },
      pool: options.pool ?? null,
      retry: options.retry ?? { most: 0 },
      timeout: options.timeout ?? null,
      group: options.group ?? options.key.slice(0, options.key.indexOf("/")),
      kind: options.kind ?? "asset",
      checks: options.checks ?? [],
      freshness: options.freshness ?? null,
      automation: options.automation ?? null,
      contract: options.contract ?? null,
      entries: options.entries ?? [],
      retention: options.retention ?? null,
      due: options.due ?? null,
      takeIn: options.takeIn ?? null,
      requests: options.requests ?? null,
      materialize: options.materialize as Asset<Resources, Set>["materialize"],
      observe: null,
    };
  }

  function external<Set extends PartitionSet = PartitionSet>(
    options: ExternalOptions<Resources, Set>,
  ): Asset<Resources, Set> {
    const { observe = null, ...declared } = options;
    return {
      ...asset<Set>({ kind: "external", ...declared, materialize: notMade }),
      materialize: null,
      observe,
    };
  }

  return { asset, external };
}

async function* notMade(): AsyncIterable<readonly (Output | FailedOutput)[]> {}

/** A dependency on the content of `asset`, through `mapping`. */
export function from<Up extends PartitionSet, Down extends PartitionSet>(
  // deno-lint-ignore no-explicit-any
  asset: Asset<any, NoInfer<Up>>,
  mapping: Mapping<Up, Down>,
  options: { readonly mode?: DependencyMode } = {},
): Dependency<Down> {
  return { asset, mapping: mapping as Mapping, mode: options.mode ?? "content" };
}

/**
 * A reference to a file whose text is part of an asset's code version. A module names itself, wherever it lies, by
 * `sourceFile(import.meta.url)`.
 */
export function sourceFile(path: string, options: Pick<SourceFile, "name"> = {}): SourceFile {
  const name = /^file:.*\/([^/]+)$/.exec(path)?.[1];
  return { path, ...(name !== undefined && { name: decodeURIComponent(name) }), ...options };
}
