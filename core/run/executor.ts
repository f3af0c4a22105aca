import type { AssetKey } from "../event.ts";
import type { RunRequest, TakenRun } from "../ports/state.ts";
import { compareFiles } from "./compare.ts";
import { observe } from "./observe.ts";
import type { Observer } from "./progress.ts";
import { requestOf, scopeFrom } from "./request.ts";
import type { Limits } from "./slots.ts";
import { type RunSelection, type Scope, scopeOf } from "./scope.ts";
import { catchUp, type Session } from "./session.ts";
import type { RunResult, Worked } from "./tally.ts";
import { tracedMaterialize } from "./traced.ts";
import type { Execute } from "./worker.ts";

/** The options of a run. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly observe?: Observer;
  /** Aborted when the worker is to end: the rest of a queued run is handed back to the queue. */
  readonly ending?: AbortSignal;
}

/** A run to be made, by how the lake stands once it has been looked at. */
interface Wanted {
  readonly assets: ReadonlySet<AssetKey>;
  readonly scope: () => Scope;
  readonly request: () => RunRequest;
  readonly taken?: TakenRun;
}

/** Executes runs over a lake, one after the other or beside each other: each in the session that it is given. */
export class Executor {
  readonly #limits: Limits;
  /** Done before the first run: what was published before may have been lost. */
  #compared: Promise<readonly string[]> | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Brings what is selected up to date. @throws {RequestError} */
  async materialize(
    session: Session,
    selection: RunSelection,
    options: RunOptions = {},
  ): Promise<RunResult> {
    const { recover } = await import("./recover.ts");
    await recover(observed(session, options));
    return await tracedMaterialize(session, () =>
      this.#make(session, options, {
        assets: selection.assets,
        scope: () => scopeOf(session.index, selection),
        request: () => requestOf(session.index, "materialize", selection),
      }));
  }

  /** Does what is queued, one run after the other, until nothing is or the signal is aborted; tells how each ended. */
  async *work(session: Session, options: RunOptions = {}): AsyncGenerator<Worked> {
    const { work } = await import("./worker.ts");
    yield* work(observed(session, options), options.signal, this.#executing(session, options));
  }

  /** Takes over what dead workers left, and the most urgent run that is queued; with `above`, one of a higher priority. */
  async take(session: Session, above?: number, options: RunOptions = {}): Promise<TakenRun | undefined> {
    const { take } = await import("./worker.ts");
    return await take(observed(session, options), above);
  }

  /** Does a run that was taken, and tells how it ended. @throws Where that is not known. */
  async execute(session: Session, taken: TakenRun, options: RunOptions = {}): Promise<Worked> {
    const { worked } = await import("./worker.ts");
    const executing = this.#executing(session, options);
    return await worked(observed(session, options), taken, options.signal, executing);
  }

  #executing(session: Session, options: RunOptions): Execute {
    return (taken, signal) =>
      this.#make(session, { ...options, signal }, {
        taken,
        assets: new Set(taken.request.ranges.map(({ asset }) => asset)),
        scope: () => scopeFrom(session.index, taken.request),
        request: () => taken.request,
      });
  }

  /** Takes in how the lake stands, and executes a request. */
  async #make(
    unobserved: Session,
    options: RunOptions,
    { assets, scope, request, taken }: Wanted,
  ): Promise<RunResult> {
    const { signal = new AbortController().signal, ending } = options;
    const session = observed(unobserved, options);
    const { index, clock } = session;
    if (taken?.seq === index.seq) index.advance(clock.now());
    else await catchUp(session);
    const isFirst = this.#compared === undefined;
    const damaged = await (this.#compared ??= compareFiles(session, scope()));
    if (isFirst) await catchUp(session);
    const seen = await observe(session, assets, signal);
    const { execute } = await import("./scheduler.ts");
    const result = await execute(session, {
      request: request(),
      seen,
      limits: this.#limits,
      signal,
      ...(taken && { taken }),
      ...(ending && { ending }),
    });
    return isFirst ? { ...result, warnings: [...damaged, ...result.warnings] } : result;
  }
}

function observed(session: Session, { observe = () => {} }: RunOptions): Session {
  return { ...session, observe };
}
