/**
 * Schedules and sensors in the box. A graph's own are declared with `schedule` and `sensor` of the core.
 *
 * @module
 */
export * from "./new_files.ts";
export * from "./reachable.ts";
export * from "./retention.ts";
export * from "./run_status.ts";
