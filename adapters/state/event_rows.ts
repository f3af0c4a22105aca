import type {
  AssetEvent,
  AssetKey,
  CheckResult,
  Failed,
  Materialized,
  NewEvent,
  NumberedEvent,
  Payload,
  Seq,
} from "../../core/mod.ts";

/** Kinds of events, by the numbers that stand for them. */
export const MATERIALIZED = 0, WIPED = 1, EXPIRED = 2, FAILED = 3, CHECKED = 4, DUE = 5, REGISTERED = 6;

/** In the order of their numbers. */
export const KINDS: readonly AssetEvent["kind"][] = [
  "materialized",
  "wiped",
  "expired",
  "failed",
  "checked",
  "due",
  "registered",
];

/** A row of the events with its details; `last` is null where it equals `first`. */
export interface EventRow {
  readonly seq: number;
  readonly kind: number;
  readonly asset: number;
  readonly run: number | null;
  readonly at: number;
  readonly first: number;
  readonly last: number | null;
  readonly code: number | null;
  readonly read: number | null;
  readonly version: unknown;
  readonly member: Uint8Array | null;
  readonly edges: Uint8Array | null;
  readonly body: string | null;
}

/** The columns of an `EventRow`; the events stand as `e`, their details as `d`. */
export const EVENT_COLUMNS =
  "e.seq, kind, e.asset, run, at, first, last, code, read, version, member, edges, body";

/** The parts of a materialization that are kept apart; empty ones are left out. */
interface MaterializedBody extends Partial<Payload> {
  readonly checks?: readonly CheckResult[];
}

interface CheckedBody {
  /** The materialization that was looked at. */
  readonly of: Seq;
  readonly checks: readonly CheckResult[];
}

const DIGEST = /^[0-9a-f]{32}$/;

/** A data version as it is stored: equal versions are equal values. */
export function encodeVersion(version: string): string | Uint8Array {
  return DIGEST.test(version) ? Uint8Array.fromHex(version) : version;
}

/** Before 0.2 a graph's own code could yield what is no text as a version. */
function decodeVersion(version: unknown): string {
  return version instanceof Uint8Array ? version.toHex() : String(version ?? "");
}

/** The details of an event as JSON, or null if it has none. */
export function encodeBody(event: NewEvent): string | null {
  switch (event.kind) {
    case "materialized":
      return encodeMaterialized(event);
    case "failed":
      return JSON.stringify({ reason: event.reason, message: event.message, codeId: event.codeId });
    case "checked":
      return JSON.stringify({ of: event.of, checks: event.checks } satisfies CheckedBody);
    case "due":
      return JSON.stringify(event.detail);
    case "wiped":
    case "expired":
      return null;
  }
}

function encodeMaterialized({ payload: { files, rows, metadata }, checks }: Materialized): string | null {
  const body: MaterializedBody = {
    ...(files.length > 0 && { files }),
    ...(rows !== null && { rows }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(checks.length > 0 && { checks }),
  };
  return Object.keys(body).length > 0 ? JSON.stringify(body) : null;
}

/** Any event but a registration, whose record is kept elsewhere. */
export function decodeEvent(row: EventRow, asset: AssetKey): NumberedEvent {
  const { seq, kind, at, run, first: from, last } = row;
  const common = { seq, asset, at, run };
  const to = last ?? from;
  switch (kind) {
    case MATERIALIZED:
      return { ...decodeMaterialized(row, asset), seq };
    case WIPED:
      return { kind: "wiped", ...common, from, to };
    case EXPIRED:
      return { kind: "expired", ...common, from, to };
    case FAILED:
      return { kind: "failed", ...common, from, to, ...decodeFailure(row.body) };
    case CHECKED:
      return { kind: "checked", ...common, partition: from, ...decodeChecked(row.body) };
    case DUE:
      return { kind: "due", ...common, from, to, detail: decodeDetail(row.body) };
    default:
      throw new Error(`reading event ${seq}: found kind ${kind}, wanted one of 0 to 6`);
  }
}

export function decodeMaterialized(row: EventRow, asset: AssetKey): Materialized {
  const { files = [], rows = null, metadata = {}, checks = [] }: MaterializedBody = row.body === null
    ? {}
    : JSON.parse(row.body);
  return {
    kind: "materialized",
    asset,
    at: row.at,
    run: row.run,
    partition: row.first,
    dataVersion: decodeVersion(row.version),
    codeId: row.code!,
    read: row.read!,
    member: row.member!,
    edges: row.edges ?? new Uint8Array(0),
    payload: { files, rows, metadata },
    checks,
  };
}

/** Before 0.2 the body was the results alone, and spoke of whatever stood. */
export function decodeChecked(body: string | null): CheckedBody {
  const found: CheckedBody | readonly CheckResult[] = JSON.parse(body ?? "[]");
  return "of" in found ? found : { of: 0, checks: found };
}

export function decodeFailure(body: string | null): Pick<Failed, "reason" | "message" | "codeId"> {
  return JSON.parse(body!);
}

export function decodeDetail(body: string | null): string {
  return JSON.parse(body!);
}
