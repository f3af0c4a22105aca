import type { Preview, PreviewOptions } from "./acts/preview.ts";
import type { ActRequest } from "./acts/act_request.ts";
import type { Alerter, AlerterOptions } from "./alerts/alerter.ts";
import type { Outages } from "./outages.ts";
import type { Automations, AutomationStatus } from "./automation/statuses.ts";
import type { LakeFiles } from "./automation/sensor.ts";
import type { Ticker, TickerOptions, Ticking } from "./automation/ticker.ts";
import { type LeftToOthers, NOTHING_LEFT } from "./daemon/others.ts";
import type { Verdict } from "./automation/verdict.ts";
import type { BackfillSelection, PlannedBackfill } from "./backfill/begin.ts";
import type { BackfillDetail, BackfillProgress } from "./backfill/progress.ts";
import type { AssetCounts } from "./counts.ts";
import { fenced } from "./daemon/fenced.ts";
import type { AssetKey, Checked, NewEvent, RunId, Seq } from "./event.ts";
import type { Graph } from "./graph.ts";
import type { PartitionSet } from "./partition/partition_set.ts";
import { type PartitionRange, partitionRange, partitionRanges } from "./partition/range_text.ts";
import { count, EVERYTHING, type Ranges } from "./partition/ranges.ts";
import type { Cron } from "./ports/cron.ts";
import { type PlannedStep, planOf } from "./plan.ts";
import type { Instant } from "./instant.ts";
import {
  type BackfillId,
  type Forgotten,
  type KeptEvaluation,
  type Lead,
  type Leader,
  MOST_EVALUATIONS,
  type RunRequest,
  type State,
  type TakenRun,
} from "./ports/state.ts";
import { awaited } from "./run/awaited.ts";
import { compareFiles, supposeDamage } from "./run/compare.ts";
import { reportLine, unreported } from "./run/external.ts";
import type { ForgetOptions } from "./run/forget.ts";
import { heldBack } from "./run/held_back.ts";
import { eventsOf, look, type Seen, seenOf } from "./run/observe.ts";
import type { Observer } from "./run/progress.ts";
import type { Rechecked } from "./run/recheck.ts";
import type { Report } from "./run/report.ts";
import type { RetryPreview } from "./run/retry.ts";
import { requestOf, scopeFrom } from "./run/request.ts";
import type { RolledBack } from "./run/rollback.ts";
import type { Limits } from "./run/scheduler.ts";
import { partitionOf, type RunSelection, type Scope, scopeOf } from "./run/scope.ts";
import { commit, type Ports, refresh, runningIn, type Session } from "./run/session.ts";
import type { RunResult, Worked } from "./run/tally.ts";
import type { TakeInOptions, TakenInCount } from "./run/take_in.ts";
import { traceable, tracedCommand, tracedMaterialize } from "./run/traced.ts";
import type { Undeclared } from "./run/undeclared.ts";
import type { FileWatch } from "./run/watch.ts";
import type { Execute } from "./run/worker.ts";
import type { Judgement } from "./staleness/judgement.ts";
import { StalenessIndex } from "./staleness/index.ts";
import { bindAgain, bindGraph, materializedIn, type ReadSourceFile } from "./staleness/node.ts";
import { type AssetStatus, statesOf, statusOf, type StatusRange } from "./status.ts";
import { failuresOverFresh, type Warning } from "./warnings.ts";

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

/** The schedules and sensors of a graph, and the parts that they are given. */
export interface TickersOptions extends Automations {
  readonly files: LakeFiles;
  /** How many days a selection without bounds covers. */
  readonly lookbackDays: number;
  /** Assets, schedules and sensors that others request. @default none */
  readonly left?: LeftToOthers;
}

/**
 * The status of all that requests runs by itself: the conditions of assets, schedules, sensors.
 *
 * @throws {DeclarationError}
 */
export async function automationStatusesOf(
  automations: Automations,
  over: { readonly state: State; readonly cron: Cron; readonly now: Instant },
): Promise<AutomationStatus[]> {
  const { automationStatuses } = await import("./automation/statuses.ts");
  return await automationStatuses(automations, over);
}

/** The options of a run. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly observe?: Observer;
  /** Aborted when the worker is to end: the rest of a queued run is handed back to the queue. */
  readonly ending?: AbortSignal;
}

/** The run that retries another, and whether it was queued only now; or one line on why there is nothing to retry. */
export type Retried = { readonly run: RunId; readonly isNew: boolean } | { readonly nothing: string };

/** The result of a look at external assets and at published files. */
export interface Sight {
  /** The external assets. */
  readonly seen: readonly Seen[];
  /** The number of partitions of an asset whose files there was no time to look at. */
  readonly left: ReadonlyMap<AssetKey, number>;
}

/** Neighbouring partitions of an external asset that are not fresh: only a report makes them so. */
export interface Unreported extends PartitionRange {
  readonly asset: AssetKey;
  readonly state: Judgement;
  /** One line: why they are not made, and what reports them. */
  readonly message: string;
}

/** A graph over one state and one lake: tells what is stale, and brings it up to date. */
export class Orchestrator {
  /** Done before the first run: what was published before may have been lost. */
  readonly #compared: { found?: Promise<readonly string[]> };
  readonly #limits: Limits;
  readonly #recordsDamage: boolean;
  #watch: Promise<FileWatch> | undefined;

  /** @internal */
  readonly session: Session;

  private constructor(
    session: Session,
    limits: Limits,
    compared: { found?: Promise<readonly string[]> } = {},
    recordsDamage = true,
  ) {
    this.session = session;
    this.#recordsDamage = recordsDamage;
    this.#limits = limits;
    this.#compared = compared;
  }

  /** Registers the graph's assets in the state, and loads what the state knows of them. */
  static async open<Resources>(options: OrchestratorOptions<Resources>): Promise<Orchestrator> {
    const { graph, state, clock, machine = clock, readSourceFile, limits = { steps: 4, pools: {} } } =
      options;
    const { yielding = false, recordsDamage } = options;
    const nodes = await bindGraph(graph, { state, readSourceFile, at: clock.now(), yielding });
    const index = new StalenessIndex(nodes, clock.now());
    index.load(await state.snapshot(nodes.map(({ key }) => key)));
    return new Orchestrator({ ...options, machine, index, observe: () => {} }, limits, {}, recordsDamage);
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
    return new Orchestrator({ ...session, index }, this.#limits, this.#compared);
  }

  /** The same, as who leads writes: once the lead has passed on, nothing more is asked for. */
  leading(lead: Lead): Orchestrator {
    const session = { ...this.session, state: fenced(this.session.state, lead) };
    return new Orchestrator(session, this.#limits, this.#compared);
  }

  /** @internal */
  get index(): StalenessIndex {
    return this.session.index;
  }

  /** The partitions of an asset, with the order that the state keeps of static keys. */
  partitions(asset: AssetKey): PartitionSet {
    return this.index.node(asset).set;
  }

  /** The code version that an asset's partitions are made with now. */
  codeVersion(asset: AssetKey): string {
    return this.index.node(asset).record.version;
  }

  /** The time by its clock. */
  get now(): Instant {
    return this.session.clock.now();
  }

  /** The number of the last event that was taken in. */
  get seq(): Seq {
    return this.index.seq;
  }

  /** A number that stays the same for as long as nothing of these assets is made, wiped or expires. */
  async contentOf(assets: Iterable<AssetKey>): Promise<Seq> {
    await this.refresh();
    return this.index.content.of(assets);
  }

  /** The assets of which any partition is materialized. */
  materialized(): ReadonlySet<AssetKey> {
    return new Set(
      this.index.nodes.filter(({ rows }) => rows.materialized(EVERYTHING) > 0).map(({ key }) => key),
    );
  }

  /** Takes in what other workers did since, and the time that has passed. */
  async refresh(): Promise<void> {
    await refresh(this.session);
    this.index.advance(this.session.clock.now());
  }

  /**
   * Looks at the external assets among those selected and above them, and at the files that a run would compare before it
   * begins, and judges by what is seen from now on; nothing is recorded.
   *
   * @throws {RequestError}
   */
  async look(selection: RunSelection, signal: AbortSignal): Promise<Sight> {
    await this.refresh();
    const left = await supposeDamage(this.session, scopeOf(this.index, selection));
    const seen = await look(this.session, selection.assets, signal);
    this.suppose(eventsOf(seen));
    return { seen: seen.map(seenOf), left };
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

  /** Whether files of a partition are known to be damaged or gone. */
  isDamaged(asset: AssetKey, partition: number): boolean {
    return this.index.isDamaged(this.index.node(asset), partition);
  }

  #fileWatch(): Promise<FileWatch> {
    return this.#watch ??= import("./run/watch.ts").then(({ FileWatch }) =>
      new FileWatch(this.session, this.#recordsDamage)
    );
  }

  /** Judges by events that nobody recorded from now on. */
  suppose(events: readonly NewEvent[]): void {
    for (const event of events) this.index.suppose(event);
  }

  /** The steps that `materialize` would take. @throws {RequestError} */
  async plan(selection: RunSelection): Promise<PlannedStep[]> {
    await this.refresh();
    return planOf(this.index, scopeOf(this.index, selection), selection.force ?? false);
  }

  /** The selected partitions of external assets that are yet to be reported. @throws {RequestError} */
  unreported(selection: RunSelection): Unreported[] {
    return unreported(this.index, scopeOf(this.index, selection)).map((each) => ({
      asset: each.node.key,
      ...partitionRange(each.node.set, each.range),
      state: each.state,
      message: reportLine(each),
    }));
  }

  /** The assets with partitions that stay as they are, as what they are made of is found no more. @throws {RequestError} */
  heldBack(selection: RunSelection): ReadonlyMap<AssetKey, readonly Warning[]> {
    return heldBack(this.index, scopeOf(this.index, selection));
  }

  /**
   * The assets that wait for partitions of external assets not seen so far, each with its warnings.
   *
   * @throws {RequestError}
   */
  awaited(selection: RunSelection): ReadonlyMap<AssetKey, readonly Warning[]> {
    return awaited(this.index, selection);
  }

  /**
   * The failures over selected partitions that are fresh all the same, which no plan makes again.
   *
   * @throws {RequestError}
   */
  failedFresh(selection: RunSelection): ReadonlyMap<AssetKey, readonly Warning[]> {
    const scope = scopeOf(this.index, selection);
    return new Map(
      [...scope].map(([node, ranges]) => [node.key, failuresOverFresh(this.index, node, ranges)]),
    );
  }

  /** How many existing partitions are selected. @throws {RequestError} */
  covers(selection: RunSelection): number {
    return [...scopeOf(this.index, selection).values()].reduce((sum, ranges) => sum + count(ranges), 0);
  }

  /** Brings what is selected up to date. @throws {RequestError} */
  async materialize(selection: RunSelection, options: RunOptions = {}): Promise<RunResult> {
    const { recover } = await import("./run/recover.ts");
    await recover(this.#observed(options));
    return await tracedMaterialize(this.session, () =>
      this.#make({
        ...options,
        assets: selection.assets,
        scope: () => scopeOf(this.index, selection),
        request: () => requestOf(this.index, "materialize", selection),
      }));
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

  /** Says what a retry of a run would make, as things stand. @throws {RequestError} */
  async previewRetry(run: RunId): Promise<RetryPreview | { readonly nothing: string }> {
    await this.refresh();
    const { previewRetry } = await import("./run/retry.ts");
    return await previewRetry(this.session, run);
  }

  /** Says what an act would do as things stand. @throws {RequestError} If it cannot be meant. */
  async preview(act: ActRequest, options?: PreviewOptions): Promise<Preview> {
    await this.refresh();
    const { previewOf } = await import("./acts/preview.ts");
    return await previewOf(this.session, act, options);
  }

  /** Queues what somebody requests who does not do it. @returns As `Queue.enqueue`. @throws {RequestError} */
  async request(act: ActRequest): Promise<{ readonly run: RunId; readonly isNew: boolean }> {
    await this.refresh();
    const { runOf } = await import("./acts/act_request.ts");
    const { session, index } = this;
    const request = traceable(session, runOf(index, act));
    return await session.state.enqueue(request, session.clock.now());
  }

  /** Does what is queued, one run after the other, until nothing is or the signal is aborted; tells how each ended. */
  async *work(options: RunOptions = {}): AsyncGenerator<Worked> {
    const { work } = await import("./run/worker.ts");
    yield* work(this.#observed(options), options.signal, this.#executing(options));
  }

  /** The queued runs that are left to who has the present code of their assets, each with such an asset. */
  async leftToOthers(): Promise<ReadonlyMap<RunId, AssetKey>> {
    const { leftToOthers } = await import("./run/behind.ts");
    return await leftToOthers(this.session.state, this.index);
  }

  /** Takes over what dead workers left, and the most urgent run that is queued; with `above`, one of a higher priority. */
  async take(above?: number, options: RunOptions = {}): Promise<TakenRun | undefined> {
    const { take } = await import("./run/worker.ts");
    return await take(this.#observed(options), above);
  }

  /** Does a run that was taken, and tells how it ended. @throws Where that is not known. */
  async execute(taken: TakenRun, options: RunOptions = {}): Promise<Worked> {
    const { worked } = await import("./run/worker.ts");
    return await worked(this.#observed(options), taken, options.signal, this.#executing(options));
  }

  #executing(options: RunOptions): Execute {
    return (taken, signal) =>
      this.#make({
        ...options,
        signal,
        taken,
        assets: new Set(taken.request.ranges.map(({ asset }) => asset)),
        scope: () => scopeFrom(this.index, taken.request),
        request: () => taken.request,
      });
  }

  /** Takes in how the lake stands, and executes a request. */
  async #make(
    { assets, scope, request, taken, ...options }: RunOptions & {
      readonly assets: ReadonlySet<AssetKey>;
      /** What it covers, and what is requested, by how the lake stands by now. */
      readonly scope: () => Scope;
      readonly request: () => RunRequest;
      readonly taken?: TakenRun;
    },
  ): Promise<RunResult> {
    const { signal = new AbortController().signal, ending } = options;
    const session = this.#observed(options);
    if (taken?.seq === this.seq) this.index.advance(this.now);
    else await this.refresh();
    const first = this.#compared.found === undefined;
    const damaged = await (this.#compared.found ??= compareFiles(session, scope()));
    if (first) await this.refresh();
    const seen = await look(session, assets, signal);
    const events = eventsOf(seen);
    if (events.length > 0) await commit(session, { claim: null, events });
    const { execute } = await import("./run/scheduler.ts");
    const result = await execute(session, {
      request: request(),
      seen,
      limits: this.#limits,
      signal,
      ...(taken && { taken }),
      ...(ending && { ending }),
    });
    return first ? { ...result, warnings: [...damaged, ...result.warnings] } : result;
  }

  /** How the selected partitions stand, asset by asset. @throws {RequestError} */
  async status(selection: RunSelection): Promise<AssetStatus[]> {
    await this.refresh();
    return await statusOf(this.session, selection);
  }

  /** How the selected partitions of one asset stand, as ranges. @throws {RequestError} */
  async states(asset: AssetKey, selection: Omit<RunSelection, "assets">): Promise<readonly StatusRange[]> {
    await this.refresh();
    return await statesOf(this.session, asset, selection);
  }

  /**
   * How many partitions of every asset, or of some, stand how, and for how long its freshness promise is broken.
   *
   * @param lookbackDays What is missing is late within so many days.
   */
  async counts(lookbackDays: number, assets?: ReadonlySet<AssetKey>): Promise<AssetCounts[]> {
    await this.refresh();
    const { countsOf } = await import("./counts.ts");
    return await countsOf(this.session, lookbackDays, assets);
  }

  /**
   * Whether an asset, or one of its partitions, would be requested by itself as things stand, and why.
   *
   * @throws {RequestError} If it has no such partition.
   * @throws {DeclarationError} If its condition, or one above it, cannot be meant.
   */
  async automation(
    asset: AssetKey,
    partition: string | null = null,
    lookbackDays?: number,
  ): Promise<Verdict> {
    await this.refresh();
    const { verdictOn } = await import("./automation/verdict.ts");
    const { index, session } = this;
    const node = index.node(asset);
    const { keyValue } = session.state;
    const view = { index, running: await runningIn(session.state), cron: await this.#cron() };
    const [{ pauseOf }, { outagesIn }, { AUTOMATION }, { HeldByBackfills }] = await Promise.all([
      import("./automation/pauses.ts"),
      import("./outages.ts"),
      import("./automation/names.ts"),
      import("./backfill/held.ts"),
    ]);
    const paused = (await pauseOf(keyValue, AUTOMATION))?.paused ?? false;
    const outages = await outagesIn(keyValue, session.clock.now());
    const ordinal = partition === null && node.set.spec.type !== "single"
      ? null
      : partitionOf(node, partition, "judging", index.now);
    const held = await new HeldByBackfills(session, lookbackDays).now();
    return verdictOn(view, node, ordinal, { paused, outages, held });
  }

  /** The latest kept evaluations of an asset, or those that led to a run over one of its partitions; newest first. */
  async evaluations(
    asset: AssetKey,
    partition: string | null,
    limit: number,
  ): Promise<readonly KeptEvaluation[]> {
    const { state } = this.session;
    if (partition === null) return await state.evaluations(asset, limit);
    const { set } = this.index.node(asset);
    const sought = set.ordinal(partition);
    const ordinal = (key: string | null) => key === null ? undefined : set.ordinal(key);
    const over = (await state.evaluations(asset, MOST_EVALUATIONS)).filter(({ run, requested }) =>
      run !== null && sought !== undefined && requested.some(({ from, to }) => {
        const [first, last] = [ordinal(from), ordinal(to)];
        return first !== undefined && last !== undefined && first <= sought && sought <= last;
      })
    );
    return over.slice(0, limit);
  }

  /** How all that requests runs by itself stands. @throws {DeclarationError} */
  async automations(declaredAutomations: Automations): Promise<AutomationStatus[]> {
    const { state, clock } = this.session;
    return await automationStatusesOf(declaredAutomations, {
      state,
      cron: await this.#cron(),
      now: clock.now(),
    });
  }

  /** Looks at every external asset that is looked for, and records what is new. */
  async observe(signal: AbortSignal): Promise<Seen[]> {
    await this.refresh();
    const seen = await look(this.session, new Set(this.index.nodes.map(({ key }) => key)), signal);
    const events = eventsOf(seen);
    if (events.length > 0) await commit(this.session, { claim: null, events });
    return seen.map(seenOf);
  }

  /**
   * The sensors, the schedules and the assets' conditions, to be ticked in this order: what sensors find counts for the others.
   *
   * @throws {DeclarationError} If a schedule's expression cannot be read, or two have one name.
   */
  async tickers(
    { schedules, sensors, files, lookbackDays, left = NOTHING_LEFT }: TickersOptions,
  ): Promise<readonly Ticking[]> {
    const [{ SensorTicker }, { ScheduleTicker }, { requireDistinct }] = await Promise.all([
      import("./automation/sensor_ticker.ts"),
      import("./automation/schedule_ticker.ts"),
      import("./automation/names.ts"),
    ]);
    requireDistinct([...schedules, ...sensors].map(({ name }) => name));
    const { session } = this;
    const cron = await this.#cron();
    const isOwn = ({ name }: { readonly name: string }) => !left.names.has(name);
    return [
      ...sensors.filter(isOwn).map((sensor) => new SensorTicker(sensor, { session, files, lookbackDays })),
      ...schedules.filter((each) => each.perLead || isOwn(each)).map((schedule) =>
        new ScheduleTicker(schedule, { session, cron, lookbackDays, left: left.assets })
      ),
      await this.ticker({ lookbackDays, left: left.assets }),
    ];
  }

  /** Begins to request what is to be made by itself; it goes on where the last one ended. */
  async ticker(options?: TickerOptions): Promise<Ticker> {
    const { Ticker } = await import("./automation/ticker.ts");
    return await Ticker.open(this.session, await this.#cron(), options);
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

  /** How far every backfill is, the newest first. */
  async backfills(): Promise<BackfillProgress[]> {
    await this.refresh();
    const { progressOf } = await import("./backfill/progress.ts");
    return await progressOf(this.session);
  }

  /** A backfill with its batches; undefined where there is none. */
  async backfill(id: BackfillId): Promise<BackfillDetail | undefined> {
    await this.refresh();
    const { detailOf } = await import("./backfill/progress.ts");
    return await detailOf(this.session, id);
  }

  /** The services that were found down lately: what asks them waits. */
  async outages(): Promise<Outages> {
    const { outagesIn } = await import("./outages.ts");
    return await outagesIn(this.session.state.keyValue, this.session.clock.now());
  }

  /** Warnings of assets whose code differs between this checkout and the daemons that lead. */
  async codeWarnings(leaders: readonly Leader[]): Promise<ReadonlyMap<AssetKey, readonly Warning[]>> {
    const { codeWarnings } = await import("./daemon/leading_daemon.ts");
    return await codeWarnings(this.session.state, this.index, leaders);
  }

  /** Begins to tell people of what is wrong. */
  async alerter(options: AlerterOptions): Promise<Alerter> {
    const { Alerter } = await import("./alerts/alerter.ts");
    return new Alerter(this.session, options);
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

  /** An asset that the state knows and the graph does not declare; undefined for any other key. */
  async undeclared(asset: AssetKey): Promise<Undeclared | undefined> {
    const { undeclared } = await import("./run/undeclared.ts");
    return await undeclared(this.session, asset);
  }

  /** Forgets all that stands of assets that the graph does not declare. Files stay. @returns How many partitions. */
  async wipeUndeclared(assets: readonly AssetKey[]): Promise<Map<AssetKey, number>> {
    const { wipeUndeclared } = await import("./run/undeclared.ts");
    return await wipeUndeclared(this.session, assets);
  }

  /** The partitions that `wipe` would forget. @throws {RequestError} */
  async wipeable(selection: RunSelection): Promise<Map<AssetKey, PartitionRange[]>> {
    await this.refresh();
    const scope = scopeOf(this.index, selection);
    return new Map(
      [...scope].map(([node, ranges]) => [node.key, partitionRanges(node.set, materializedIn(node, ranges))]),
    );
  }

  /** The partitions whose files `prune` would delete, of each asset with a retention. */
  async prunable(assets: ReadonlySet<AssetKey>): Promise<Map<AssetKey, PartitionRange[]>> {
    await this.refresh();
    const { prunable } = await import("./run/prune.ts");
    const found = await prunable(this.session, assets);
    return new Map([...found].map(([node, ranges]) => [node.key, partitionRanges(node.set, ranges)]));
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

  async #cron(): Promise<Cron> {
    return await this.session.cron?.() ?? {
      next() {
        throw new RangeError("reading a cron expression: found nothing that reads it, wanted the port");
      },
    };
  }

  #observed({ observe = () => {} }: RunOptions): Session {
    return { ...this.session, observe };
  }
}
