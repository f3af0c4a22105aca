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
  /** Its path below the project or, for a graph's module, below the module's folder; or its `file:` URL. */
  readonly path: string;
  /**
   * The name under which its text enters the code version, so that the file may move.
   *
   * @default its path; of a URL, the file's name
   */
  readonly name?: string;
}

/**
 * How a dependency makes partitions stale or blocks them. Its *members* are the upstream partitions that a partition reads.
 * - `content`: a partition is stale once a member is stale or its content changes; a missing member blocks it.
 * - `order`: members must be fresh before it is made; their changes never make it stale.
 * - `present`: a partition is stale once a member comes or goes, whatever their content; missing or stale members block
 *   nothing.
 */
export type DependencyMode = "content" | "order" | "present";

/**
 * A dependency: an upstream asset, which of its partitions are read, and what of them makes stale. Made by {@linkcode
 * from}.
 */
export interface Dependency<Down extends PartitionSet = PartitionSet> {
  readonly asset: AnyAsset;
  readonly mapping: Mapping;
  readonly mode: DependencyMode;
  /** Never there: lets the compiler reject a mapping that does not fit the asset's partitions. */
  readonly down?: (set: Down) => void;
}

/** Dependencies by name; `materialize` finds each under that name in its `inputs`. */
export type Dependencies<Down extends PartitionSet> = Readonly<Record<string, Dependency<Down>>>;

/** One partition to be materialized. */
export interface Partition {
  /** Its number in the partition set; outputs name their partition by it. */
  readonly ordinal: number;
  /** Such as `2024-01-15`; null in an unpartitioned asset. */
  readonly key: string | null;
  /** Null in sets without time. */
  readonly window: Window | null;
}

/** The partitions of one call of `materialize`, ascending; contiguous unless the asset's batch is `scattered`. */
export interface Partitions extends Iterable<Partition> {
  readonly ranges: Ranges;
  readonly count: number;
  readonly first: Partition;
  readonly last: Partition;
}

/** A forecast of a step, shown beside its progress. */
export interface Outlook {
  /** How long the rest is likely to take. */
  readonly left?: Milliseconds;
  /** The reason for a pause, such as `waiting for the pace: 60 a minute`. */
  readonly note?: string;
}

/** The argument of `materialize`: what to make, and the means. */
export interface Context<Resources, Deps> {
  readonly run: RunId;
  /** The partitions to make. */
  readonly partitions: Partitions;
  /** What they read, by the names under which `deps` declares it. */
  readonly inputs: { readonly [Name in keyof Deps]: Input };
  /** The latest materializations of the partitions to make; none of those that are missing. */
  readonly materializations: () => Promise<readonly Materialization[]>;
  readonly resources: Resources;
  /** Lines that are kept with the step, for `runs logs`. */
  readonly log: Log;
  /** Shows how far the step is, such as `progress(3, 10, "requests")`. */
  readonly progress: (done: number, total: number, unit: string, outlook?: Outlook) => void;
  /** Aborted by a timeout, by a cancellation, and once another worker has taken the partitions over. */
  readonly signal: AbortSignal;
  /** The time at which the step began. */
  readonly now: Instant;
  /** Whether `--force` was given. */
  readonly forced: boolean;
  /** The partitions that are made again only because of a `due` call, by ordinal. */
  readonly marked: Ranges;
  /** The folder below the lake's root for this attempt's staged files, without a slash at its end. */
  readonly staging: string;
  /** Marks ranges of the asset's own partitions, by ordinal, as due to be made again, for a reason of one line. */
  readonly due: (ranges: readonly OrdinalRange[], detail: string) => Promise<void>;
}

/** A partition of an external asset, as `observe` found it. */
export type Observation = Pick<Output, "partition" | "dataVersion" | "rows" | "metadata">;

/** The argument of `observe`. */
export interface ObserveContext {
  /** The latest recorded observation of each partition. */
  materializations(): Promise<readonly Materialization[]>;
  readonly now: Instant;
  readonly signal: AbortSignal;
  /** Shows one line about something that looks like a partition and is none, such as a file with a misspelt name. */
  readonly warn: (message: string) => void;
}

/**
 * Lists the partitions of an external asset, changing nothing: an observation for each that is there, or why it cannot be
 * read. Partitions that are not listed are not there.
 */
export type Observe = (context: ObserveContext) => Promise<readonly (Observation | FailedOutput)[]>;

/** Estimates the requests to the asset's source that making partitions takes, in these batches. */
export type CountRequests<Resources> = (context: {
  readonly batches: readonly Ranges[];
  /** The mean number of rows of the newest partitions; null where there are none. */
  readonly rows: number | null;
  readonly resources: Resources;
  readonly now: Instant;
  readonly signal: AbortSignal;
}) => Promise<number>;

/** Retries of a step whose code throws, with exponential back-off and full jitter. */
export interface Retry {
  /** Tries after the first. */
  readonly most: number;
  /** Each pause is random, below a limit that doubles from `base` up to `limit`. */
  readonly backoff?: { readonly base: Duration; readonly limit: Duration };
}

/** The partitions that one call of `materialize` is given. */
export interface Batch {
  /** At most so many. */
  readonly most: number;
  /** Whether they may lie apart; otherwise they are contiguous. @default false */
  readonly scattered?: boolean;
  /**
   * The number of time windows that one run of a backfill covers.
   *
   * @default the greater of `most` and 100
   */
  readonly backfill?: number;
}

/** A promise on time: each partition is fresh at most so long after its window's end; otherwise it is `late`. */
export interface Freshness {
  readonly within: Duration;
  /** People are warned after so long, before the promise is broken; shorter than `within`. @default no warning */
  readonly warn?: Duration;
  /** The moment from which both count: the end of the partition's window. */
  readonly after: "partition-end";
}

/** The declaration of an asset that the graph makes. */
export interface AssetOptions<
  Resources,
  Partitioning extends PartitionSet,
  Deps extends Dependencies<Partitioning>,
> {
  /** `group/name`, in `a-z`, digits, `_`, `-` and `.`; the name may have capitals and further slashes. */
  readonly key: AssetKey;
  readonly description?: string;
  /** Who answers for it: teams or people, such as `["air-quality", "lan@example.org"]`. @default nobody is named */
  readonly owners?: readonly string[];
  /** Such as `daily({ start: "2024-01-01" })`. @default unpartitioned */
  readonly partitions?: Partitioning;
  /** What it reads: `{ hours: from(hourly, hoursOfDay) }`. @default nothing */
  readonly deps?: Deps;
  /** A version of the code, declared by hand: changing it makes every partition stale. @default "1" */
  readonly code?: string;
  /** Files whose edits make every partition stale, such as `[sourceFile(import.meta.url)]`. @default none */
  readonly sources?: readonly SourceFile[];
  /** The partitions of one call of `materialize`. @default one */
  readonly batch?: Batch;
  /**
   * The pool whose slots its steps share with others that use the same service.
   *
   * @default none: only the run's limit counts
   */
  readonly pool?: string;
  /** @default no retries */
  readonly retry?: Retry;
  /** The longest that one attempt of a step may take. @default no limit */
  readonly timeout?: Duration;
  /** @default the key's part before the slash */
  readonly group?: string;
  /** A word to select assets by, as `kind:mart`. @default "asset" */
  readonly kind?: string;
  /** Run on staged outputs before they are published, and again by `check`. */
  readonly checks?: readonly Check<Resources>[];
  readonly freshness?: Freshness;
  /** The condition under which a daemon makes partitions by itself, such as `eager()`. @default never */
  readonly automation?: Condition;
  /** The columns of its table, for people and catalogs; nothing checks them. */
  readonly contract?: TableColumns;
  /** Tables and views that it registers in the catalog, each time it is made. @default none */
  readonly entries?: readonly Definition[];
  /** The age at which `prune` deletes a partition's files. @default for ever */
  readonly retention?: Duration;
  /**
   * The instant at which a partition is due to be made again, though nothing that it reads has changed: for assets that
   * ask a source. Infinity: never. `askedAt` is when the source last answered; the window is null in sets without time.
   *
   * @default never
   */
  readonly due?: (window: Window | null, askedAt: Instant) => Instant;
  /** Finds its files in the lake, to record them in a state that was lost. @default nothing: all of it is made anew */
  readonly takeIn?: TakeIn<Resources>;
  /** Estimates the requests to its source, for `plan` and `backfill`. @default none */
  readonly requests?: CountRequests<Resources>;
  /**
   * Makes the partitions of `context.partitions`: an async generator that yields lists of outputs. Each list is checked,
   * published and committed before the next is asked for. Every partition is answered once, by an output or by
   * `{ partition, error }`; an error thrown fails those that are not answered yet.
   */
  materialize(context: Context<Resources, Deps>): AsyncIterable<readonly (Output | FailedOutput)[]>;
}

/** A declared asset: as {@linkcode AssetOptions}, with the defaults filled in. Made by {@linkcode definer}. */
export interface Asset<Resources = unknown, Partitioning extends PartitionSet = PartitionSet> {
  readonly key: AssetKey;
  readonly description: string;
  readonly owners: readonly string[];
  readonly partitions: Partitioning;
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
  /** Null where it is made by commands alone. */
  readonly automation: Condition | null;
  readonly contract: TableColumns | null;
  readonly entries: readonly Definition[];
  readonly retention: Duration | null;
  readonly due: ((window: Window | null, askedAt: Instant) => Instant) | null;
  /** Null in an external asset. */
  readonly materialize:
    | ((
      context: Context<Resources, Record<string, Input>>,
    ) => AsyncIterable<readonly (Output | FailedOutput)[]>)
    | null;
  readonly takeIn: TakeIn<Resources> | null;
  readonly requests: CountRequests<Resources> | null;
  /** Null in an asset that the graph makes, and in an external one that is reported. */
  readonly observe: Observe | null;
}

/** An asset of any partitions and resources. */
// deno-lint-ignore no-explicit-any
export type AnyAsset<Resources = any> = Asset<Resources, any>;

const KEY = /^[a-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/;

/** The declaration of an external asset: one that others write. */
export interface ExternalOptions<Resources, Partitioning extends PartitionSet> extends
  Pick<
    AssetOptions<Resources, Partitioning, Dependencies<Partitioning>>,
    "key" | "partitions" | "group" | "kind" | "description" | "owners"
  > {
  /** Lists what they wrote. @default none: the `report` command or a sensor reports it */
  readonly observe?: Observe;
}

/** The functions that declare assets of one graph; each asset's code is given `Resources`. */
export interface Definer<Resources> {
  /** Declares an asset that the graph makes. @throws {TypeError} If the key, a batch or a promise is not a valid one. */
  asset<
    Partitioning extends PartitionSet = PartitionSet,
    Deps extends Dependencies<Partitioning> = Dependencies<Partitioning>,
  >(
    options: AssetOptions<Resources, Partitioning, Deps>,
  ): Asset<Resources, Partitioning>;
  /**
   * Declares an external asset, which others write. Its partitions are reported, by a command or a sensor, or listed by
   * `observe` before each run, plan and status. With `observe` only listed partitions exist, and a partition that reads
   * them exists once all of its members were listed.
   */
  external<Partitioning extends PartitionSet = PartitionSet>(
    options: ExternalOptions<Resources, Partitioning>,
  ): Asset<Resources, Partitioning>;
}

/** At least so many windows are one run of a backfill, unless an asset says otherwise. */
const RUN = 100;

/**
 * Answers the functions that declare assets of one graph, whose code is given `Resources`:
 * `const { asset, external } = definer<{ store: ObjectStore }>()`.
 */
export function definer<Resources>(): Definer<Resources> {
  function asset<
    Partitioning extends PartitionSet = PartitionSet,
    Deps extends Dependencies<Partitioning> = Dependencies<Partitioning>,
  >(
    options: AssetOptions<Resources, Partitioning, Deps>,
  ): Asset<Resources, Partitioning> {
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
      owners: options.owners ?? [],
      partitions: (options.partitions ?? single) as Partitioning,
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
      materialize: options.materialize as Asset<Resources, Partitioning>["materialize"],
      observe: null,
    };
  }

  function external<Partitioning extends PartitionSet = PartitionSet>(
    options: ExternalOptions<Resources, Partitioning>,
  ): Asset<Resources, Partitioning> {
    const { observe = null, ...declared } = options;
    return {
      ...asset<Partitioning>({ kind: "external", ...declared, materialize: notMade }),
      materialize: null,
      observe,
    };
  }

  return { asset, external };
}

async function* notMade(): AsyncIterable<readonly (Output | FailedOutput)[]> {}

/**
 * Declares a dependency on `asset`: `mapping` says which of its partitions each partition reads.
 *
 * @param options `mode` is "content" unless given.
 */
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
