import type { AssetKey, RunId } from "../event.ts";
import type { Instant } from "../instant.ts";
import { outageOver, outagesIn } from "../outages.ts";
import type { Tick, Ticking } from "../automation/ticker.ts";
import type { BackfillId, BackfillRecord, RunRequest } from "../ports/state.ts";
import { makeableHere } from "../run/behind.ts";
import { isOpen } from "../run/recover.ts";
import { knownRanges } from "../run/request.ts";
import { refresh, type Session } from "../run/session.ts";
import { traceable } from "../run/traced.ts";
import { standOf } from "./progress.ts";

/** So many runs of a backfill are queued or at work. */
const AHEAD = 2;
/** Whatever else is queued is more urgent. */
const PRIORITY = -1;

/** Queues the runs of backfills a few ahead, and notes when all of one have ended. It keeps nothing in mind. */
export class BackfillTicker implements Ticking {
  readonly name = "backfills";
  /** Only events, and the ends of runs, change anything. */
  readonly wakes: Instant = Infinity;
  readonly #session: Session;
  /** Whether backfills are of assets of other pipelines. */
  readonly #foreign = new Map<BackfillId, boolean>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Queues what is next of each backfill, the oldest first. */
  async tick(): Promise<Tick> {
    const { state, clock } = this.#session;
    const runs: { run: RunId; request: RunRequest }[] = [];
    const open = await state.backfills.list("open");
    // Who began one had registered its code before.
    if (open.length > 0) await refresh(this.#session);
    for (const backfill of open.toReversed()) {
      runs.push(...await this.#next(backfill));
    }
    return { at: clock.now(), runs };
  }

  async #next(backfill: BackfillRecord): Promise<Tick["runs"]> {
    const { state, clock, index } = this.#session;
    const { id, status } = backfill;
    const batches = await state.backfills.batches(id);
    if (await this.#isForeign(id)) return [];
    if (!index.isLatest && await this.#isOthers(id)) return [];
    const open = batches.filter(({ run }) => run !== null && isOpen(run)).length;
    const next = batches.filter(({ run }) => run === null);
    if (open === 0 && next.length === 0) {
      await this.#end(backfill);
      return [];
    }
    const runs = [];
    const outages = await outagesIn(state.keyValue, clock.now());
    for (const { batch } of status === "running" ? next.slice(0, Math.max(0, AHEAD - open)) : []) {
      const request: RunRequest = {
        command: "materialize",
        ranges: knownRanges(index, await state.backfills.ranges(id, batch)),
        asOf: backfill.started,
        priority: PRIORITY,
        tags: { by: "backfill", backfill: String(id), batch: String(batch) },
      };
      if (outageOver(outages, index, request) !== undefined) break;
      const queued = await state.backfills.enqueue(
        id,
        batch,
        traceable(this.#session, request),
        clock.now(),
      );
      if (queued?.isNew) runs.push({ run: queued.run, request });
    }
    return runs;
  }

  /** Whether it is of assets of another pipeline, of which this graph has none: who has that goes on with it. */
  async #isForeign(id: BackfillId): Promise<boolean> {
    const known = this.#foreign.get(id);
    if (known !== undefined) return known;
    const pipelineOf = (asset: AssetKey) => asset.slice(0, asset.indexOf("/"));
    const { state, index } = this.#session;
    const own = new Set(index.nodes.map(({ key }) => pipelineOf(key)));
    const ranges = (await state.backfills.allRanges(id)).flat();
    const isForeign = ranges.some(({ asset }) => !own.has(pipelineOf(asset)));
    this.#foreign.set(id, isForeign);
    return isForeign;
  }

  /** Whether it is of assets of which other code was registered, or that only another graph has: another goes on with it. */
  async #isOthers(id: BackfillId): Promise<boolean> {
    const { state, index } = this.#session;
    const own = new Set(makeableHere(index));
    return (await state.backfills.allRanges(id)).flat().some(({ asset }) => !own.has(asset));
  }

  async #end(backfill: BackfillRecord): Promise<void> {
    const { state, clock, index } = this.#session;
    await refresh(this.#session);
    index.advance(clock.now());
    const { done, total } = await standOf(this.#session, backfill);
    await state.backfills.end(backfill.id, done === total ? "succeeded" : "failed", clock.now());
  }
}
