/**
 * The asset graph engine: declare assets, open their graph over a state, materialize what is not fresh.
 *
 * A graph's author needs {@linkcode definer}, {@linkcode graph}, partitions and mappings; an adapter the ports; a command
 * or a page the {@linkcode Orchestrator}.
 *
 * @module
 */

// Assets and graphs
export * from "./asset.ts";
export * from "./automation/condition.ts";
export * from "./automation/presets.ts";
export * from "./automation/schedule.ts";
export * from "./automation/sensor.ts";
export * from "./check.ts";
export type * from "./output.ts";
export type * from "./take_in.ts";
export { type Graph, graph, unnoticedEdits } from "./graph.ts";
export { type Nearest, select, type Selected, type SelectionGraph, selectionGraph } from "./selection.ts";
export { canonicalJson, codeVersion, sha256 } from "./fingerprint.ts";

// Alerts
export type { Alerter, AlerterOptions, WatchedSource } from "./alerts/alerter.ts";
export { deliver } from "./alerts/courier.ts";
export type { AutomationNames, FailingTicks } from "./alerts/failing_ticks.ts";
export type { Beat } from "./alerts/life_sign.ts";
export type { AlertRule, AlertScope, CheckScope, LateScope, Symptom } from "./alerts/rule.ts";
export { alert } from "./alerts/rules.ts";
export type { AlertSource, AlertView } from "./alerts/view.ts";
export type { Results } from "./known_results.ts";
export { type Probe, SourceHealth, type SourceTrouble } from "./source_health.ts";
export type { SourceRecord } from "./source_record.ts";

// Time
export * from "./instant.ts";

// Partitions and mappings
export * from "./mapping.ts";
export { merge, partitionSet } from "./partition/spec.ts";
export * from "./partition/partition_set.ts";
export { type KeyRange, keyRange, type PartitionRange, rangeText } from "./partition/range_text.ts";
export {
  chunks,
  contains,
  count,
  EVERYTHING,
  fromOrdinals,
  intersect,
  lowerBound,
  normalize,
  type OrdinalRange,
  ordinals,
  type Ranges,
  subtract,
  union,
} from "./partition/ranges.ts";
export { staticKeys, type StaticSet, type StaticSpec } from "./partition/static_set.ts";
export {
  daily,
  type DailySet,
  hourly,
  type HourlySet,
  monthly,
  type MonthlySet,
  type TimeOptions,
} from "./partition/time_set.ts";

// Work on a graph
export * from "./orchestrator.ts";
export * from "./orchestrator/graph_reader.ts";
export { LiveGraph } from "./orchestrator/live_graph.ts";
export type { AutomationRequest, MaterializeRequest, PruneRequest } from "./automation/resolve_request.ts";
export type { Preview, PreviewOptions } from "./acts/preview.ts";
export type { ActCommand, ActRequest } from "./acts/act_request.ts";
export { BACKFILL_TURNS, type BackfillTurn, cancelRun, turnBackfill, type Turned } from "./acts/turn.ts";
export type { Outage, Outages, WaitsFor } from "./outages.ts";
export { type RunWaits, waitingIn } from "./run/waiting.ts";
export { type Pause, setPaused } from "./automation/pauses.ts";
export type { Automations, AutomationStatus } from "./automation/statuses.ts";
export type { Tick, Ticker, TickerOptions, Ticking } from "./automation/ticker.ts";
export type { TickersOptions } from "./automation/tickers.ts";
export type { BackfillSelection, PlannedBackfill } from "./backfill/begin.ts";
export type { WouldBeBlocked } from "./backfill/blocked.ts";
export type { BackfillDetail, BackfillProgress, BatchProgress } from "./backfill/progress.ts";
export type { DaemonOptions } from "./daemon/options.ts";
export { leadOf, TICKS } from "./daemon/leading.ts";
export { requireSpeed } from "./daemon/leading_daemon.ts";
export type { LeftToOthers } from "./daemon/others.ts";
export { eachOf, type Hands, handsOf, handsOfEach, worksOf, worksOfBackfills } from "./daemon/hands.ts";
export { serve } from "./daemon/serve.ts";
export { daemonAt, type DaemonSeen, seeDaemon } from "./daemon/stalled.ts";
export type { DaemonNews, Herald } from "./daemon/news.ts";
export { Pulse } from "./daemon/pulse.ts";
export type { Counted, Counters, PartitionOutcome, StepOutcome, TickOutcome } from "./daemon/counters.ts";
export type { Admission, OpenLake, ProcessVitals, Vitals } from "./daemon/vitals.ts";
export type { Verdict } from "./automation/verdict.ts";
export type { Why } from "./automation/why.ts";
export type { Hindrance, PlannedCause, PlannedStep } from "./plan.ts";
export type { AssetCounts, PartitionCounts } from "./counts.ts";
export type { AssetStatus, StatusRange } from "./status.ts";
export { type Warning, warningLines } from "./warnings.ts";
export type { CauseKind, Judgement } from "./staleness/judgement.ts";
export { type ReadSourceFile, requireSources } from "./staleness/node.ts";
export type { PartitionState } from "./staleness/states.ts";
export type { ForgetOptions } from "./run/forget.ts";
export type { News, Observer, Progress } from "./run/progress.ts";
export { isOpen, MOST_OPEN, OPEN } from "./run/recover.ts";
export type { Seen } from "./run/observe.ts";
export type { Rechecked } from "./run/recheck.ts";
export type { Report } from "./run/report.ts";
export type { RunOptions } from "./run/executor.ts";
export type { Retried, RetryPreview } from "./run/retry.ts";
export type { RolledBack } from "./run/rollback.ts";
export type { Limits } from "./run/slots.ts";
export { type RunSelection, unranged } from "./run/scope.ts";
export { sweepStaging } from "./run/sweep.ts";
export type { Ports, Upkeep } from "./run/session.ts";
export type { TakeInOptions, TakenInCount } from "./run/take_in.ts";
export type { Undeclared } from "./run/undeclared.ts";
export type { Counts, RunResult, Worked } from "./run/tally.ts";

// Answers, as commands and pages give them
export {
  type AssetDetailJson,
  assetDetailJson,
  type AssetJson,
  assetJson,
  downstreamOf,
  sourceNames,
} from "./view/asset.ts";
export { type Attention, attentionOf, type Concern } from "./view/attention.ts";
export { episodeJson, recentEpisodes } from "./view/alert.ts";
export { automationStatusJson, tickJson, verdictJson } from "./view/by_itself.ts";
export { type ChangeJson, changesJson, type EventJson, eventJson, type Keys, keysOf } from "./view/event.ts";
export { type FailingPartition, type FailingPartitions, failingPartitions } from "./view/failing.ts";
export { type PartitionJson, partitionJson, type PartitionStand, partitionStand } from "./view/partition.ts";
export { type LineageEdge, type LineageJson, lineageJson } from "./view/lineage.ts";
export {
  type CauseJson,
  type PlannedStepJson,
  plannedStepJson,
  type PreviewJson,
  previewJson,
} from "./view/plan.ts";
export * from "./view/run.ts";
export { type StepProgress, stepProgress } from "./view/step_progress.ts";
export { type AssetStatusJson, assetStatusJson } from "./view/status.ts";

// The lake
export * from "./lake/identity.ts";
export * from "./lake/origins.ts";

// Events
export type * from "./event.ts";

// Ports
export type * from "./ports/catalog.ts";
export type * from "./ports/channel.ts";
export type * from "./ports/clock.ts";
export type * from "./ports/cron.ts";
export type * from "./ports/documents.ts";
export * from "./ports/engine.ts";
export type * from "./ports/folder.ts";
export type * from "./ports/key_value.ts";
export type * from "./ports/log.ts";
export type * from "./ports/object_store.ts";
export * from "./ports/publisher.ts";
export * from "./ports/query.ts";
export type * from "./ports/spool.ts";
export * from "./ports/state.ts";
export * from "./ports/storage.ts";
export type * from "./ports/table.ts";
export * from "./ports/tables.ts";
export * from "./ports/tracer.ts";
export type * from "./ports/versions.ts";
export type * from "./ports/workspace.ts";

// Errors and texts
export { CancelledError, DeclarationError, RequestError, SourceError, WrongUseError } from "./errors.ts";
export { show, visible } from "./show.ts";
