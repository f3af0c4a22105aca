import { join } from "node:path";
import { ConfigError } from "../config.ts";
import type { Dataset } from "../sources/openaq/simulator/dataset.ts";
import { lineOf, systemClock } from "./system.ts";

export interface SimulatorOptions {
  readonly hostname: string;
  readonly port: number;
  readonly seed: number;
  readonly sensors: number;
  readonly replay?: string;
  readonly limits?: { readonly perMinute: number; readonly perHour: number };
  /** A window with more rows answers 408. */
  readonly mostRows: number;
}

/** Serves the simulated OpenAQ API until the signal is aborted; then it ends once what it began is answered. */
export async function serveSimulator(
  options: SimulatorOptions,
  signal: AbortSignal,
): Promise<{ url: string; source: string; finished: Promise<void> }> {
  const { hostname, port, limits, mostRows } = options;
  const { simulatedOpenAQ } = await import("../sources/openaq/simulator/simulated.ts");
  const dataset = await datasetOf(options);
  const handler = simulatedOpenAQ({
    dataset,
    clock: systemClock,
    needsKey: true,
    mostRows,
    ...(limits && { limits }),
  });
  try {
    const server = Deno.serve({ hostname, port, onListen: () => {} }, handler);
    const end = () => server.shutdown();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    const url = `http://${
      server.addr.hostname.includes(":") ? `[${server.addr.hostname}]` : server.addr.hostname
    }:${server.addr.port}`;
    return { url, source: dataset.source ?? new URL(url).origin, finished: server.finished };
  } catch (error) {
    throw new Error(`serving at ${hostname}:${port}: ${lineOf(error)}, wanted an address that is free`, {
      cause: error,
    });
  }
}

async function datasetOf({ seed, sensors, replay }: SimulatorOptions): Promise<Dataset> {
  if (replay === undefined) {
    const { generated } = await import("../sources/openaq/simulator/generated.ts");
    return generated({ seed, sensors });
  }
  const { replayed } = await import("../sources/openaq/simulator/replayed.ts");
  try {
    return await replayed((path) =>
      Deno.readFile(join(replay, path)).catch((error) => {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      })
    );
  } catch (cause) {
    throw new ConfigError([`reading "${replay}": ${lineOf(cause)}`], { cause });
  }
}
