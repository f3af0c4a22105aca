import type {
  AlertRule,
  AnyAsset,
  AssetKey,
  Folder,
  Instant,
  Milliseconds,
  ObjectStore,
  Publisher,
  Ranges,
  Schedule,
  Sensor,
  State,
} from "../core/mod.ts";
import type { ViewFile } from "./views.ts";

/** The argument of `declare`: the settings of a group. */
export interface GroupContext {
  /** Each environment has a lake of its own: `PIPELINE_ENV`. */
  readonly environment: "dev" | "prod";
  /** The time after a period's end for which its source is asked again: DEFAULT_LOOKBACK_DAYS. */
  readonly lookback: Milliseconds;
  /** The files of `sql/views/<group>`, for `views()`. */
  readonly views: readonly ViewFile[];
  /** The values of the environment variables that the group names; undefined where one is not set. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Opens a folder that others write in; its path is absolute, or below the folder in which the program was called. */
  readonly folder: (path: string) => Folder;
  /** The absolute path of a file or folder that ships with the project, by its path below the project's root. */
  readonly shipped: (path: string) => string;
}

/** The parts of an open lake, for a group's `look`, `begin` and `tidy`. */
export interface UpkeepContext {
  readonly state: State;
  readonly store: ObjectStore;
  readonly publisher: Publisher;
  /** In milliseconds since 1970, UTC. */
  readonly now: Instant;
}

/** A disagreement between what a group keeps beside an asset's files and what the state says of the asset. */
export interface Discrepancy {
  readonly asset: AssetKey;
  /** One line for people. */
  readonly message: string;
  /** The partitions to make again, by ordinal, and why; none where nothing is to be made. */
  readonly due?: { readonly ranges: Ranges; readonly detail: string };
}

/** An example statement for `inspect`, proposed after a run once all the assets that it needs stand. */
export interface Shown {
  readonly statement: string;
  readonly needs: readonly AssetKey[];
}

/** A group's assets, and all that belongs to them. */
export interface Pipeline {
  /** Each after those that it reads. */
  readonly assets: readonly AnyAsset[];
  /**
   * Resources of its assets beside the lake's own, by name. Each function is called when its resource is first used; the
   * result is disposed of with the lake, if it has `Symbol.asyncDispose` or `Symbol.dispose`.
   */
  readonly resources?: Readonly<Record<string, () => unknown>>;
  /** Schedules and sensors that request runs of its assets. */
  readonly schedules?: readonly Schedule[];
  readonly sensors?: readonly Sensor[];
  /** What people are told of its assets, besides what is in the box; in its place, where it has the same name. */
  readonly rules?: readonly AlertRule[];
  /** The databases of its tables and views, as `inspect` names them. */
  readonly databases: readonly string[];
  /** By the name of each source that its assets ask (`openaq`), the asset that records the answers. */
  readonly asks?: Readonly<Record<string, AssetKey>>;
  /** OpenAQ's number of the country whose data lie in a lake; undefined where none tells. */
  readonly countryIn?: (store: ObjectStore) => Promise<number | undefined>;
  /**
   * By name, the origin of data that come from no such source: `{ dump: "files" }`. A lake never mixes two of one name.
   * Those of an origin that begins with `simulated:` are made up, and share no lake with others.
   */
  readonly origins?: Readonly<Record<string, string>>;
  /** Lines that head every output, such as that the data are a sample. */
  readonly notices?: readonly string[];
  /** Example statements over what was made, the best first. */
  readonly shows?: readonly Shown[];
  /** Called when a lake is opened to read. Returns what `begin` would find, and changes nothing. */
  readonly look?: (context: UpkeepContext) => Promise<readonly Discrepancy[]>;
  /** Called by `doctor` in the place of `look`: may take its time. @default look */
  readonly examine?: (context: UpkeepContext) => Promise<readonly Discrepancy[]>;
  /** Called when a lake is opened to write. @returns What was found, and was mended or recorded as due. */
  readonly begin?: (context: UpkeepContext) => Promise<readonly Discrepancy[]>;
  /** Called after each run and by `prune`: deletes what is no longer needed. */
  readonly tidy?: (context: UpkeepContext) => Promise<void>;
}

/**
 * A named pipeline that shares a lake and a state with others. A folder of `assets`, or a module of GRAPH, exports
 * one as `group`.
 */
export interface Group {
  readonly name: string;
  /** The environment variables that it reads. */
  readonly variables?: readonly string[];
  /** Declares the pipeline. @throws {Error} If a variable has a value that cannot be meant; the message is one line. */
  declare(context: GroupContext): Pipeline;
}
