import type { AssetKey, RunId } from "../event.ts";
import type { Milliseconds } from "../instant.ts";
import type { RunRequest } from "../ports/state.ts";
import type { Worked } from "../run/tally.ts";

/** News of a daemon beside those of its runs. */
export type DaemonNews =
  /** Whether this worker requests runs from now on. */
  | { readonly type: "leads" | "follows" }
  /** A run that this worker requested; `by` is the name of what did. */
  | { readonly type: "queued"; readonly run: RunId; readonly request: RunRequest; readonly by: string }
  | { readonly type: "taken"; readonly run: RunId; readonly request: RunRequest }
  | { readonly type: "worked"; readonly worked: Worked }
  /** Something that requests runs failed, and is tried again. */
  | {
    readonly type: "failing";
    readonly name: string;
    readonly message: string;
    readonly after: Milliseconds;
  }
  | { readonly type: "recovered"; readonly name: string }
  /** Other code of an asset was registered: nothing is made of it here. Later, this worker's is the present one again. */
  | { readonly type: "behind"; readonly asset: AssetKey; readonly message: string }
  | { readonly type: "present"; readonly asset: AssetKey }
  /** An external asset could not be looked for. */
  | { readonly type: "unseen"; readonly asset: AssetKey; readonly message: string }
  /** Takes nothing new; so many runs have the time to end by themselves. */
  | { readonly type: "ending"; readonly runs: number; readonly grace: Milliseconds };

/** Called with news of a daemon as they happen; must not throw. */
export type Herald = (news: DaemonNews) => void;
