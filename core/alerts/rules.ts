import { check } from "./rules/check.ts";
import { daemon } from "./rules/daemon.ts";
import { failure } from "./rules/failure.ts";
import { late } from "./rules/late.ts";
import { promotion } from "./rules/promotion.ts";
import { sensor } from "./rules/sensor.ts";
import { source } from "./rules/source.ts";
import { ticks } from "./rules/ticks.ts";

/** The makers of alert rules, such as `alert.late()`. */
export const alert = { check, daemon, failure, late, promotion, sensor, source, ticks };
