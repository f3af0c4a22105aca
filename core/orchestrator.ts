import type { AssetKey } from "./event.ts";
import type { Graph } from "./graph.ts";
import { type PlannedStep, planOf } from "./plan.ts";
import { count, normalize, type OrdinalRange, type Ranges } from "./partition/ranges.ts";
import type { Json } from "./ports/key_value.ts";
import { awaited } from "./run/awaited.ts";
import { compareFiles, supposeDamage } from "./run/compare.ts";
import { exclusively } from "./run/exclusive.ts";
import { type Undeclared, undeclared, wipeUndeclared } from "./run/undeclared.ts";
import { type Unreported, unreported } from "./run/external.ts";
import { look, type Seen } from "./run/observe.ts";
import { prunable, prune } from "./run/prune.ts";
import { recheck, type Rechecked } from "./run/recheck.ts";
import { recover } from "./run/recover.ts";
import { type Report, report } from "./run/report.ts";
import { rollback, type RolledBack } from "./run/rollback.ts";
import { execute, type Limits } from "./run/scheduler.ts";
import { partitionOf, type RunSelection, scopeOf } from "./run/scope.ts";
import { commit, type Ports, refresh, type Session } from "./run/session.ts";
import type { RunResult } from "./run/tally.ts";
import { StalenessIndex } from "./staleness/index.ts";
import { bindGraph, type Node, type ReadSource } from "./staleness/node.ts";
import { type AssetStatus, type Days, statusOf } from "./status.ts";
import type { Warning } from "./warnings.ts";

/** The graph to open, over which ports. */
export interface OrchestratorOptions extends Ports {
  readonly graph: Graph;
  readonly readSource: ReadSource;
  /** @default four steps at once */
  readonly limits?: Limits;
}

/** What to materialize, and the signal that cancels it. */
export interface MaterializeOptions extends RunSelection {
  readonly signal: AbortSignal;
  /** What was asked for, for the run's record. @default null */
  readonly record?: Json;
}

/** A graph over one state: what is stale, and what brings it up to date. */
export class Orchestrator {
  /** Done before the first run: what was published before may have been lost. */
  #compared: Promise<readonly string[]> | undefined;

  private constructor(readonly session: Session, readonly limits: Limits) {}

  /** Binds the graph to the state and takes in all that the state knows of it. */
  static async open(options: OrchestratorOptions): Promise<Orchestrator> {
    const { graph, state, clock, readSource, limits = { steps: 4, pools: {} } } = options;
    const nodes = await bindGraph(graph, state, readSource);
    const index = new StalenessIndex(nodes, clock.now());
    index.load(await state.snapshot(nodes.map(({ key }) => key)));
    return new Orchestrator({ ...options, index }, limits);
  }

  get index(): StalenessIndex {
    return this.session.index;
  }

  /** Takes in what other workers did since, and the time that has passed. */
  async refresh(): Promise<void> {
    await refresh(this.session);
    this.index.advance(this.session.clock.now());
  }

  /**
   * Looks at the external assets among those asked for and above them, and at the files that a run would compare before
   * it begins, and judges by what is seen from now on; nothing is recorded. @throws {RequestError}
   */
  async look(request: RunSelection, signal: AbortSignal): Promise<Seen[]> {
    await this.refresh();
    await supposeDamage(this.session, scopeOf(this.index, request));
    const seen = await look(this.session, request.assets, signal);
    for (const event of seen.flatMap(({ events }) => events)) this.index.suppose(event);
    return seen;
  }

  /** What `materialize` would do. @throws {RequestError} */
  async plan(request: RunSelection): Promise<PlannedStep[]> {
    await this.refresh();
    return planOf(this.index, scopeOf(this.index, request), request.force ?? false);
  }

  /** What is asked for of external assets and is yet to be reported. @throws {RequestError} */
  unreported(request: RunSelection): Unreported[] {
    return unreported(this.index, scopeOf(this.index, request));
  }

  /** What waits for partitions of external assets that were not seen so far, by asset. @throws {RequestError} */
  awaited(request: RunSelection): ReadonlyMap<AssetKey, readonly Warning[]> {
    return awaited(this.index, request);
  }

  /** How many existing partitions are asked for. @throws {RequestError} */
  covers(request: RunSelection): number {
    return [...scopeOf(this.index, request).values()].reduce((sum, ranges) => sum + count(ranges), 0);
  }

  /** Brings what is asked for up to date. @throws {RequestError} */
  async materialize(request: MaterializeOptions): Promise<RunResult> {
    await recover(this.session);
    await this.refresh();
    const first = this.#compared === undefined;
    const damaged = await (this.#compared ??= compareFiles(this.session, scopeOf(this.index, request)));
    await this.refresh();
    const seen = await look(this.session, request.assets, request.signal);
    const events = seen.flatMap(({ events }) => events);
    if (events.length > 0) await commit(this.session, { claim: null, events });
    const result = await execute(this.session, {
      seen,
      scope: scopeOf(this.index, request),
      force: request.force ?? false,
      limits: this.limits,
      signal: request.signal,
      request: request.record ?? null,
    });
    return first ? { ...result, warnings: [...damaged, ...result.warnings] } : result;
  }

  /** What stands of the assets over days; without them, of their whole sets. @throws {RequestError} */
  async status(assets: ReadonlySet<AssetKey>, days?: Days): Promise<AssetStatus[]> {
    await this.refresh();
    return await statusOf(this.session, assets, days);
  }

  /** Runs the checks on what stands and records what they find. @throws {RequestError} */
  async check(request: RunSelection, signal: AbortSignal): Promise<Rechecked[]> {
    await this.refresh();
    return await recheck(this.session, scopeOf(this.index, request), signal);
  }

  /** Puts the version before back. @throws {RequestError} If the asset is external or has no such partition. */
  async rollback(asset: AssetKey, partition: string | null): Promise<RolledBack> {
    await this.refresh();
    const node = this.index.node(asset);
    return await rollback(this.session, node, partitionOf(node, partition, "rolling back", this.index.now));
  }

  /** Forgets partitions: they are missing from now on. Files stay. @returns How many were forgotten. */
  async wipe(request: RunSelection): Promise<Map<AssetKey, number>> {
    await recover(this.session);
    const wiped = new Map<AssetKey, number>();
    for (const [node, ranges] of scopeOf(this.index, request)) {
      let standing = standingIn(node, ranges);
      if (standing.length > 0) {
        await exclusively(
          this.session,
          node,
          standing,
          { command: "wipe", asset: node.key },
          async (run, token) => {
            standing = standingIn(node, standing);
            const at = this.session.clock.now();
            await commit(this.session, {
              claim: token,
              events: standing.map((range) => ({ kind: "wiped", asset: node.key, at, run, ...range })),
            });
          },
        );
      }
      wiped.set(node.key, count(standing));
    }
    return wiped;
  }

  /** What stands of an asset that the graph no longer declares; undefined where it declares it, or none was ever known. */
  async undeclared(asset: AssetKey): Promise<Undeclared | undefined> {
    await this.refresh();
    return await undeclared(this.session, asset);
  }

  /** Forgets all that stands of an asset that the graph no longer declares. Files stay. */
  async wipeUndeclared(asset: Undeclared): Promise<void> {
    await wipeUndeclared(this.session, asset);
  }

  /** The partitions that `wipe` would forget. @throws {RequestError} */
  async standing(request: RunSelection): Promise<Map<AssetKey, Ranges>> {
    await this.refresh();
    const scope = scopeOf(this.index, request);
    return new Map([...scope].map(([node, ranges]) => [node.key, standingIn(node, ranges)]));
  }

  /** The partitions whose files `prune` would delete. */
  async prunable(assets: ReadonlySet<AssetKey>): Promise<Map<AssetKey, Ranges>> {
    await this.refresh();
    const found = new Map<AssetKey, Ranges>();
    for (const node of this.index.nodes) {
      if (!assets.has(node.key) || node.asset.retention === null) continue;
      found.set(node.key, await prunable(this.session, node));
    }
    return found;
  }

  /** Deletes the files of partitions whose retention is over. @returns How many partitions had files that went. */
  async prune(assets: ReadonlySet<AssetKey>): Promise<Map<AssetKey, number>> {
    await recover(this.session);
    const expired = new Map<AssetKey, number>();
    for (const node of this.index.nodes) {
      if (!assets.has(node.key) || node.asset.retention === null) continue;
      expired.set(node.key, await prune(this.session, node));
    }
    return expired;
  }

  /**
   * Records what others wrote of an external asset, its files as they stand in the lake.
   *
   * @returns For each partition, whether its content is new.
   * @throws {RequestError} If the asset is not external, a partition does not exist yet, or a file is not there.
   */
  async report(asset: AssetKey, written: readonly Report[]): Promise<boolean[]> {
    await this.refresh();
    return await report(this.session, this.index.node(asset), written);
  }
}

function standingIn(node: Node, ranges: Ranges): Ranges {
  const standing: OrdinalRange[] = [];
  for (const { from, to } of ranges) {
    node.rows.each(from, to, (chunk, i, ordinal) => {
      if (chunk.stands(i)) standing.push({ from: ordinal, to: ordinal });
    });
  }
  return normalize(standing);
}
