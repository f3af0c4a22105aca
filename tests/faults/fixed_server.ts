import { HOUR, iso } from "../../core/mod.ts";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { Server, type ServerOptions } from "./server.ts";
import { sparse } from "./sparse.ts";

/** Days of which every hour is there, or was never measured. */
export const RANGE = ["--from", "2024-03-01", "--to", "2024-03-03"] as const;
const FROM = Date.parse("2024-03-01T00:00:00Z");
const HOURS = 72;
const SENSOR = 50_000_003;

const begun = Date.now();

/** A server that answers the same from lake to lake, every seventh hour without rows. */
export function fixedServer(options: ServerOptions = {}): Server {
  const dataset = sparse(generated(), (hour) => hour % 7 === 3);
  return new Server({ dataset, clock: { now: () => begun }, ...options });
}

/** The same after a station corrected each of its hours in the range. */
export async function correctedServer(options: ServerOptions = {}): Promise<Server> {
  const server = fixedServer(options);
  for (let hour = 0; hour < HOURS; hour++) {
    await server.change(SENSOR, iso(FROM + hour * HOUR), 12 + hour / 4);
  }
  return server;
}
