import type { ActRequest } from "./acts/act_request.ts";
import type { Alerter, AlerterOptions } from "./alerts/alerter.ts";
import type { TickersOptions } from "./automation/tickers.ts";
import type { Ticker, TickerOptions, Ticking } from "./automation/ticker.ts";
import type { BackfillSelection, PlannedBackfill } from "./backfill/begin.ts";
import { fenced } from "./daemon/fenced.ts";
import type { AssetKey, Checked, RunId } from "./event.ts";
import type { Graph } from "./graph.ts";
import { GraphReader } from "./orchestrator/graph_reader.ts";
import type { Ranges } from "./partition/ranges.ts";
import type { Forgotten, Lead, TakenRun } from "./ports/state.ts";
import { Executor, type RunOptions } from "./run/executor.ts";
import type { ForgetOptions } from "./run/forget.ts";
import { observe, type Seen, seenOf } from "./run/observe.ts";
import type { Rechecked } from "./run/recheck.ts";
import type { Report } from "./run/report.ts";
import { requestOf } from "./run/request.ts";
import type { Retried } from "./run/retry.ts";
import type { RolledBack } from "./run/rollback.ts";
import type { Limits } from "./run/slots.ts";
import { partitionOf, type RunSelection } from "./run/scope.ts";
import { cronOf, type Ports, type Session } from "./run/session.ts";
import type { RunResult, Worked } from "./run/tally.ts";
import type { TakeInOptions, TakenInCount } from "./run/take_in.ts";
import { traceable, tracedCommand } from "./run/traced.ts";
import type { FileWatch } from "./run/watch.ts";
import { StalenessIndex } from "./staleness/index.ts";
import { bindAgain, bindGraph, type ReadSourceFile } from "./staleness/node.ts";

/** The parts of an orchestrator: a graph, the resources of its assets, and the ports. */
export interface OrchestratorOptions<Resources> extends Ports {
  readonly graph: Graph<Resources>;
  readonly resources: Resources;
  readonly readSourceFile: ReadSourceFile;
  /** @default four steps at once */
  readonly limits?: Limits;
  /** Whether the graph leaves code alone that others registered later than its own. @default false */
  readonly yielding?: boolean;
  /** Whether damage of files that is seen while it lasts is recorded, and not only judged by. @default true */
  readonly recordsDamage?: boolean;
}

/** A graph over one state and one lake: tells what is stale, and brings it up to date. */
export class Orchestrator extends GraphReader {
  readonly #executor: Executor;
  readonly #recordsDamage: boolean;
  #watch: Promise<FileWatch> | undefined;

  private constructor(session: Session, executor: Executor, recordsDamage = true) {
    super(session);
    this.#executor = executor;
    this.#recordsDamage = recordsDamage;
  }

  /** Registers the graph's assets in the state, and loads what the state knows of them. */
  static async open<Resources>(options: OrchestratorOptions<Resources>): Promise<Orchestrator> {
    const { graph, state, clock, machine = clock, readSourceFile, limits = { steps: 4, pools: {} } } =
      options;
    const { yielding = false, recordsDamage } = options;
    const nodes = await bindGraph(graph, { state, readSourceFile, at: clock.now(), yielding });
    const index = new StalenessIndex(nodes, clock.now());
    index.load(await state.snapshot(nodes.map(({ key }) => key)));
    const session = { ...options, machine, index, observe: () => {} };
    return new Orchestrator(session, new Executor(limits), recordsDamage);
  }

  /**
   * A second orchestrator over the same graph and state, for a run beside another: each keeps to the partitions that
   * existed when it began.
   */
  async beside(): Promise<Orchestrator> {
    const { session } = this;
    const nodes = bindAgain(session.index.nodes);
    const index = new StalenessIndex(nodes, session.clock.now());
    index.load(await session.state.snapshot(nodes.map(({ key }) => key)));
    return new Orchestrator({ ...session, index }, this.#executor);
  }

  /** The same, as who leads writes: once the lead has passed on, nothing more is asked for. */
  leading(lead: Lead): Orchestrator {
    const session = { ...this.session, state: fenced(this.session.state, lead) };
    return new Orchestrator(session, this.#executor);
  }

  /** Brings what is selected up to date. @throws {RequestError} */
  async materialize(selection: RunSelection, options?: RunOptions): Promise<RunResult> {
    return await this.#executor.materialize(this.session, selection, options);
  }

  /** Queues what somebody requests who does not do it. @returns As `Queue.enqueue`. @throws {RequestError} */
  async request(act: ActRequest): Promise<{ readonly run: RunId; readonly isNew: boolean }> {
    await this.refresh();
    const { runOf } = await import("./acts/act_request.ts");
    const { session, index } = this;
    const request = traceable(session, runOf(index, act));
    return await session.state.enqueue(request, session.clock.now());
  }

  /**
   * Queues a run that goes on with one that has ended, over what failed in it or was not reached, unless the last that did
   * has not ended.
   *
   * @throws {RequestError}
   */
  async retry(run: RunId): Promise<Retried> {
    await this.refresh();
    const { queueRetry } = await import("./run/retry.ts");
    return await queueRetry(this.session, run);
  }

  /** Does what is queued, one run after the other, until nothing is or the signal is aborted; tells how each ended. */
  async *work(options?: RunOptions): AsyncGenerator<Worked> {
    yield* this.#executor.work(this.session, options);
  }

  /** Takes over what dead workers left, and the most urgent run that is queued; with `above`, one of a higher priority. */
  async take(above?: number, options?: RunOptions): Promise<TakenRun | undefined> {
    return await this.#executor.take(this.session, above, options);
  }

  /** Does a run that was taken, and tells how it ended. @throws Where that is not known. */
  async execute(taken: TakenRun, options?: RunOptions): Promise<Worked> {
    return await this.#executor.execute(this.session, taken, options);
  }

  /** Runs the checks on latest materializations and records what they find. @throws {RequestError} */
  async check(selection: RunSelection, signal: AbortSignal): Promise<Rechecked[]> {
    await this.refresh();
    const request = requestOf(this.index, "check", selection);
    const { recheck } = await import("./run/recheck.ts");
    return await tracedCommand(this.session, "check", () => recheck(this.session, request, signal));
  }

  /** Puts the version before back. @throws {RequestError} If the asset is external or has no such partition. */
  async rollback(asset: AssetKey, partition: string | null): Promise<RolledBack> {
    await this.refresh();
    const node = this.index.node(asset);
    const ordinal = partitionOf(node, partition, "rolling back", this.index.now);
    const { rollback } = await import("./run/rollback.ts");
    return await tracedCommand(this.session, "rollback", () => rollback(this.session, node, ordinal));
  }

  /** Forgets partitions: they are missing from now on. Files stay. @returns How many were forgotten. */
  async wipe(selection: RunSelection): Promise<Map<AssetKey, number>> {
    const [{ recover }, { wipe }] = await Promise.all([import("./run/recover.ts"), import("./run/wipe.ts")]);
    await recover(this.session);
    const request = requestOf(this.index, "wipe", selection);
    return await tracedCommand(this.session, "wipe", () => wipe(this.session, request));
  }

  /** Forgets all that stands of assets that the graph does not declare. Files stay. @returns How many partitions. */
  async wipeUndeclared(assets: readonly AssetKey[]): Promise<Map<AssetKey, number>> {
    const { wipeUndeclared } = await import("./run/undeclared.ts");
    return await wipeUndeclared(this.session, assets);
  }

  /** Deletes the files of partitions whose retention is over. @returns How many partitions had files that went. */
  async prune(assets: ReadonlySet<AssetKey>): Promise<Map<AssetKey, number>> {
    const [{ recover }, { prunable, prune }] = await Promise.all([
      import("./run/recover.ts"),
      import("./run/prune.ts"),
    ]);
    await recover(this.session);
    const found = await prunable(this.session, assets);
    return await tracedCommand(this.session, "prune", () => prune(this.session, found));
  }

  /** Forgets events and runs of before an instant that nothing needs any more. @returns How many, or would be. */
  async forget(options: ForgetOptions): Promise<Forgotten> {
    const { forget } = await import("./run/forget.ts");
    return await forget(this.session.state, options);
  }

  /**
   * Records what others wrote of an external asset, its files as they stand in the lake.
   *
   * @returns For each partition, whether its content is new.
   * @throws {RequestError} If the asset is not external or is looked for, a partition does not exist yet, or a file is not there.
   */
  async report(asset: AssetKey, reports: readonly Report[]): Promise<boolean[]> {
    await this.refresh();
    const { report } = await import("./run/report.ts");
    return await report(this.session, this.index.node(asset), reports);
  }

  /**
   * Records what the lake holds of the assets that can tell, in a state that knows nothing yet.
   *
   * @returns What was taken in of each of them.
   */
  async takeIn(options: TakeInOptions): Promise<Map<AssetKey, TakenInCount>> {
    const { takeIn } = await import("./run/take_in.ts");
    return await takeIn(this.session, options);
  }

  /** Looks at every external asset that is looked for, and records what is new. */
  async observe(signal: AbortSignal): Promise<Seen[]> {
    await this.refresh();
    const assets = new Set(this.index.nodes.map(({ key }) => key));
    return (await observe(this.session, assets, signal)).map(seenOf);
  }

  /** Looks at some of all published files, from where it ended the last time, where it is time to. */
  async watchFiles(): Promise<void> {
    await (await this.#fileWatch()).round();
  }

  /**
   * Looks at the files of some partitions of an asset, and judges by what is seen from now on.
   *
   * @returns Those that are damaged.
   */
  async lookAtFiles(asset: AssetKey, partitions: Ranges): Promise<readonly Checked[]> {
    await this.refresh();
    return await (await this.#fileWatch()).at(this.index.node(asset), partitions);
  }

  #fileWatch(): Promise<FileWatch> {
    return this.#watch ??= import("./run/watch.ts").then(({ FileWatch }) =>
      new FileWatch(this.session, this.#recordsDamage)
    );
  }

  /**
   * The sensors, the schedules and the assets' conditions, to be ticked in this order: what sensors find counts for the others.
   *
   * @throws {DeclarationError} If a schedule's expression cannot be read, or two have one name.
   */
  async tickers(options: TickersOptions): Promise<readonly Ticking[]> {
    const { tickersOf } = await import("./automation/tickers.ts");
    return await tickersOf(this.session, options);
  }

  /** Begins to request what is to be made by itself; it goes on where the last one ended. */
  async ticker(options?: TickerOptions): Promise<Ticker> {
    const { Ticker } = await import("./automation/ticker.ts");
    return await Ticker.open(this.session, await cronOf(this.session), options);
  }

  /** Goes on with backfills, wherever they are. */
  async backfillTicker(): Promise<Ticking> {
    const { BackfillTicker } = await import("./backfill/ticker.ts");
    return new BackfillTicker(this.session);
  }

  /** Says what a backfill would do, and begins it when it is told to. @throws {RequestError} */
  async planBackfill(selection: BackfillSelection, signal: AbortSignal): Promise<PlannedBackfill> {
    await this.refresh();
    const { planBackfill } = await import("./backfill/begin.ts");
    return await planBackfill(this.session, selection, signal);
  }

  /** Begins to tell people of what is wrong. */
  async alerter(options: AlerterOptions): Promise<Alerter> {
    const { Alerter } = await import("./alerts/alerter.ts");
    return new Alerter(this.session, options);
  }
}
