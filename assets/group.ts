import type {
  AnyAsset,
  AssetKey,
  Folder,
  Instant,
  Milliseconds,
  ObjectStore,
  Publisher,
  Ranges,
  State,
} from "../core/mod.ts";
import type { ViewFile } from "./views.ts";

/** The declaration of a group. */
export interface GroupContext {
  /** A lake serves one. */
  readonly environment: "dev" | "prod";
  /** How old a period becomes before its source is asked for the last time. */
  readonly lookback: Milliseconds;
  /** The files of `sql/views/<group>`. */
  readonly views: readonly ViewFile[];
  /** The group's own variables, as they are given. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** A folder that others write in, by its path below the one in which the program was called. */
  readonly folder: (path: string) => Folder;
  /** The path of a file or folder that ships with the project, by its path there. */
  readonly shipped: (path: string) => string;
}

/** The parts of a lake that a group's upkeep works with. */
export interface UpkeepContext {
  readonly state: State;
  readonly store: ObjectStore;
  readonly publisher: Publisher;
  readonly now: Instant;
}

/** Something beside an asset's files that its state does not say, or says otherwise. */
export interface Finding {
  readonly asset: AssetKey;
  /** One line. */
  readonly message: string;
  /** Partitions that are to be made again for it, and why. */
  readonly due?: { readonly ranges: Ranges; readonly detail: string };
}

/** A statement over tables, and the assets without which it shows nothing. */
export interface Shown {
  readonly statement: string;
  readonly needs: readonly AssetKey[];
}

/** A pipeline as it is configured: its assets, and what belongs to them. */
export interface Pipeline {
  /** Upstream first. */
  readonly assets: readonly AnyAsset[];
  /**
   * Functions that open its assets' resources beside the lake's, by name: each is opened when it is first used, and disposed of
   * (`Symbol.asyncDispose` or `Symbol.dispose`, where it has one) when the lake is closed.
   */
  readonly resources?: Readonly<Record<string, () => unknown>>;
  /** The databases of its tables and views. */
  readonly databases: readonly string[];
  /** The sources that its assets ask, by name, each with the asset that records what it answered. */
  readonly asks?: Readonly<Record<string, AssetKey>>;
  /** Where data come from that no source of these gives, by a name of its own: a lake holds that of one. */
  readonly origins?: Readonly<Record<string, string>>;
  /** Lines that head every output, such as that the data are simulated. */
  readonly notices?: readonly string[];
  /** Statements that show what was made, the one that says most first. */
  readonly shows?: readonly Shown[];
  /** Called when a lake is opened to read: what `begin` would find; changes nothing. */
  readonly look?: (context: UpkeepContext) => Promise<readonly Finding[]>;
  /** Called by `doctor` in the place of `look`: may take its time. @default look */
  readonly examine?: (context: UpkeepContext) => Promise<readonly Finding[]>;
  /** Called when a lake is opened to write. @returns What was found, and was mended or recorded as due. */
  readonly begin?: (context: UpkeepContext) => Promise<readonly Finding[]>;
  /** Called after a run, and by `prune`. */
  readonly tidy?: (context: UpkeepContext) => Promise<void>;
}

/** A pipeline that can be composed with others on one lake and one state: a folder of `assets` exports one. */
export interface Group {
  readonly name: string;
  /** The environment variables that are its own. */
  readonly variables?: readonly string[];
  /** Declares its assets. @throws {Error} If a variable cannot be meant: the message is one line. */
  declare(context: GroupContext): Pipeline;
}
