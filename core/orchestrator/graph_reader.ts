import type { ActRequest } from "../acts/act_request.ts";
import type { Preview, PreviewOptions } from "../acts/preview.ts";
import type { Automations, AutomationStatus } from "../automation/statuses.ts";
import type { Verdict } from "../automation/verdict.ts";
import type { BackfillDetail, BackfillProgress } from "../backfill/progress.ts";
import type { AssetCounts } from "../counts.ts";
import type { AssetKey, RunId } from "../event.ts";
import type { Instant } from "../instant.ts";
import type { Outages } from "../outages.ts";
import { type PartitionRange, partitionRange, partitionRanges } from "../partition/range_text.ts";
import { count } from "../partition/ranges.ts";
import { type PlannedStep, planOf } from "../plan.ts";
import type { Cron } from "../ports/cron.ts";
import type { BackfillId, KeptEvaluation, Leader, State } from "../ports/state.ts";
import { awaited } from "../run/awaited.ts";
import { supposeDamage } from "../run/compare.ts";
import { reportLine, unreported } from "../run/external.ts";
import { heldBack } from "../run/held_back.ts";
import { eventsOf, look, type Seen, seenOf } from "../run/observe.ts";
import type { RetryPreview } from "../run/retry.ts";
import { type RunSelection, scopeOf } from "../run/scope.ts";
import { cronOf } from "../run/session.ts";
import type { Undeclared } from "../run/undeclared.ts";
import type { Judgement } from "../staleness/judgement.ts";
import { materializedIn } from "../staleness/node.ts";
import { type AssetStatus, statesOf, statusOf, type StatusRange } from "../status.ts";
import { failuresOverFresh, type Warning } from "../warnings.ts";
import { LiveGraph } from "./live_graph.ts";

/**
 * The status of all that requests runs by itself: the conditions of assets, schedules, sensors.
 *
 * @throws {DeclarationError}
 */
export async function automationStatusesOf(
  automations: Automations,
  over: { readonly state: State; readonly cron: Cron; readonly now: Instant },
): Promise<AutomationStatus[]> {
  const { automationStatuses } = await import("../automation/statuses.ts");
  return await automationStatuses(automations, over);
}

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

/** Tells how a graph stands, what would be done, and why; it records nothing. */
export class GraphReader extends LiveGraph {
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
    const { countsOf } = await import("../counts.ts");
    return await countsOf(this.session, lookbackDays, assets);
  }

  /** The steps that `materialize` would take. @throws {RequestError} */
  async plan(selection: RunSelection): Promise<PlannedStep[]> {
    await this.refresh();
    return planOf(this.index, scopeOf(this.index, selection), selection.force ?? false);
  }

  /** How many existing partitions are selected. @throws {RequestError} */
  covers(selection: RunSelection): number {
    return [...scopeOf(this.index, selection).values()].reduce((sum, ranges) => sum + count(ranges), 0);
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

  /** Says what a retry of a run would make, as things stand. @throws {RequestError} */
  async previewRetry(run: RunId): Promise<RetryPreview | { readonly nothing: string }> {
    await this.refresh();
    const { previewRetry } = await import("../run/retry.ts");
    return await previewRetry(this.session, run);
  }

  /** Says what an act would do as things stand. @throws {RequestError} If it cannot be meant. */
  async preview(act: ActRequest, options?: PreviewOptions): Promise<Preview> {
    await this.refresh();
    const { previewOf } = await import("../acts/preview.ts");
    return await previewOf(this.session, act, options);
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
    const { prunable } = await import("../run/prune.ts");
    const found = await prunable(this.session, assets);
    return new Map([...found].map(([node, ranges]) => [node.key, partitionRanges(node.set, ranges)]));
  }

  /** An asset that the state knows and the graph does not declare; undefined for any other key. */
  async undeclared(asset: AssetKey): Promise<Undeclared | undefined> {
    const { undeclared } = await import("../run/undeclared.ts");
    return await undeclared(this.session, asset);
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
    const { explain } = await import("../automation/explain.ts");
    return await explain(this.session, this.index.node(asset), partition, lookbackDays);
  }

  /** The latest kept evaluations of an asset, or those that led to a run over one of its partitions; newest first. */
  async evaluations(
    asset: AssetKey,
    partition: string | null,
    limit: number,
  ): Promise<readonly KeptEvaluation[]> {
    const { state } = this.session;
    if (partition === null) return await state.evaluations(asset, limit);
    const { evaluationsOver } = await import("../automation/evaluated_over.ts");
    return await evaluationsOver(state, this.index.node(asset), partition, limit);
  }

  /** How all that requests runs by itself stands. @throws {DeclarationError} */
  async automations(declaredAutomations: Automations): Promise<AutomationStatus[]> {
    const { state, clock } = this.session;
    return await automationStatusesOf(declaredAutomations, {
      state,
      cron: await cronOf(this.session),
      now: clock.now(),
    });
  }

  /** The services that were found down lately: what asks them waits. */
  async outages(): Promise<Outages> {
    const { outagesIn } = await import("../outages.ts");
    return await outagesIn(this.session.state.keyValue, this.session.clock.now());
  }

  /** How far every backfill is, the newest first. */
  async backfills(): Promise<BackfillProgress[]> {
    await this.refresh();
    const { progressOf } = await import("../backfill/progress.ts");
    return await progressOf(this.session);
  }

  /** A backfill with its batches; undefined where there is none. */
  async backfill(id: BackfillId): Promise<BackfillDetail | undefined> {
    await this.refresh();
    const { detailOf } = await import("../backfill/progress.ts");
    return await detailOf(this.session, id);
  }

  /** The queued runs that are left to who has the present code of their assets, each with such an asset. */
  async leftToOthers(): Promise<ReadonlyMap<RunId, AssetKey>> {
    const { leftToOthers } = await import("../run/behind.ts");
    return await leftToOthers(this.session.state, this.index);
  }

  /** Warnings of assets whose code differs between this checkout and the daemons that lead. */
  async codeWarnings(leaders: readonly Leader[]): Promise<ReadonlyMap<AssetKey, readonly Warning[]>> {
    const { codeWarnings } = await import("../daemon/leading_daemon.ts");
    return await codeWarnings(this.session.state, this.index, leaders);
  }
}
