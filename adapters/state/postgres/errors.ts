import { LostLeaseError, StateError, StatePlaceError } from "../../../core/mod.ts";

/** The codes by which the state's own functions say that nothing was written: see `functions/work.ts`. */
export const PASSED_LEAD = "AG001", LOST_LEASE = "AG002";

/** The oldest server that is known to do. */
export const OLDEST = 15;

/** Where a state is, without what nobody is to read: its user, host, port, database and schema. */
export function placeOf(url: string): string {
  try {
    const { username, host, pathname, searchParams } = new URL(url);
    const schema = searchParams.get("search_path");
    return `postgres://${username && `${username}@`}${host}${pathname}${
      schema === null ? "" : ` ("${schema}")`
    }`;
  } catch {
    return "postgres://…";
  }
}

/** Whether an error is the server's, or of the way to it. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Whether a transaction was given up for another's sake, and does as well the next time. */
export function isInTheWay(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error) ?? "");
}

const BROKEN_OFF = /^(CONNECTION_|ECONNRESET|EPIPE|57P0|25P03)/;

export function isBrokenOff(error: unknown): boolean {
  return BROKEN_OFF.test(codeOf(error) ?? "");
}

export function hasCode(error: unknown, code: string): boolean {
  return codeOf(error) === code;
}

type Line = (place: string, says: string) => string;

/** What keeps a state from being opened, by the codes of Node, of the driver and of the server. */
const PLACES: readonly (readonly [codes: RegExp, line: Line])[] = [
  [
    /^(ECONNREFUSED|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/,
    (place) => `opening the state: nobody answers at "${place}", wanted a PostgreSQL server`,
  ],
  [
    /^(ENOTFOUND|EAI_)/,
    (place) => `opening the state: the host of "${place}" is not known, wanted one that is`,
  ],
  [
    /^28/,
    (place) => `opening the state: "${place}" refuses the user or the password, wanted those of a user of it`,
  ],
  [/^3D000$/, (place) => `opening the state: "${place}" has no such database, wanted one that is there`],
  [/^3F000$/, (place) => `opening the state: "${place}" has no such schema, wanted one that is there`],
  [
    /^42501$/,
    (place, says) =>
      `using the state: "${place}" says "${says}", wanted a user that may make and write its tables`,
  ],
];

const FAULTS: readonly (readonly [codes: RegExp, line: Line])[] = [
  [
    BROKEN_OFF,
    (place) => `using the state: the connection to "${place}" broke off, wanted a server that stays`,
  ],
  [
    /^53300$/,
    (place) => `using the state: "${place}" has no connection left, wanted a higher "max_connections"`,
  ],
  [/^53/, (place, says) => `using the state: "${place}" says "${says}", wanted free space and memory`],
  [/^25006$/, (place) => `writing the state: "${place}" is read-only, wanted the server that may be written`],
  [/^(58|XX)/, (place, says) => `using the state: "${place}" says "${says}", wanted a sound server`],
];

export function lostLease(place: string): string {
  return `using the state: this worker's lease in "${place}" ran out, wanted a sign of life each minute; ` +
    "its work is others' by now";
}

/** The error as a `StateError` where it speaks of the server and not of a fault of the program. */
export function asStateError(place: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined || error instanceof StateError) return error;
  if (code === LOST_LEASE) {
    return new LostLeaseError(lostLease(place), { cause: error });
  }
  const says = error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : "";
  const [, line] = PLACES.find(([codes]) => codes.test(code)) ?? [];
  if (line !== undefined) return new StatePlaceError(line(place, says), { cause: error });
  const [, fault] = FAULTS.find(([codes]) => codes.test(code)) ?? [];
  return fault === undefined ? error : new StateError(fault(place, says), { cause: error });
}
