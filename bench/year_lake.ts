import { systemClock as clock } from "../app/system.ts";
import { vietnam } from "../assets/vietnam/mod.ts";
import { DAY, type RunResult } from "../core/mod.ts";
import { made } from "./lake.ts";
import { simulated } from "./simulated.ts";

export const SENSORS = 150;
export const YEAR = { from: "2024-01-01", to: "2024-12-30" };
export const DAYS = 365;

/** Materializes a year of assets of a lake of 150 simulated sensors. */
export async function materialize(
  folder: string,
  assets: readonly string[],
): Promise<{ result: RunResult; requests: number; ms: number }> {
  const declared = vietnam({ environment: "prod", lookback: 7 * DAY, views: [] });
  let requests = () => 0;
  const done = await made(folder, declared, (parts) => {
    const { resources, client } = simulated(parts, clock, { sensors: SENSORS, quirks: false });
    requests = () => client.requests;
    return resources;
  }, { assets: new Set(assets), ...YEAR, lookbackDays: 7 });
  return { ...done, requests: requests() };
}

/** The most memory that this process ever held, in MB (Linux only; elsewhere what it holds now). */
export function peakMemory(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))!;
    return Number(kilobytes) / 1024;
  } catch {
    return Deno.memoryUsage().rss / 1024 ** 2;
  }
}
