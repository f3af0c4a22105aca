/** The asset graph engine: declare assets, open them over a state, materialize what is not fresh. */
export * from "./asset.ts";
export * from "./check.ts";
export { DeclarationError, RequestError, WrongUseError } from "./errors.ts";
export type { AssetKey, Event, RunId, Seq } from "./event.ts";
export { type Graph, graph } from "./graph.ts";
export * from "./instant.ts";
export {
  all,
  custom,
  daysOfMonth,
  hoursOfDay,
  identity,
  latest,
  lookBack,
  type Mapping,
  offset,
  windows,
} from "./mapping.ts";
export { Orchestrator, type OrchestratorOptions } from "./orchestrator.ts";
export * from "./output.ts";
export type { PartitionSet, Window } from "./partition/partition_set.ts";
export { single } from "./partition/single.ts";
export { staticKeys } from "./partition/static_set.ts";
export { daily, hourly, monthly } from "./partition/time_set.ts";
export type { Clock, Random } from "./ports/clock.ts";
export type { FileRef, Publisher, Staged } from "./ports/publisher.ts";
export { type State, StatePlaceError } from "./ports/state.ts";
export { select } from "./selection.ts";
