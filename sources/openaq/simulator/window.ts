import { HOUR, type Instant } from "../../../core/mod.ts";
import { instantOf } from "../time.ts";

/** The rows that a question asks for. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
  readonly limit: number;
  readonly page: number;
}

/** A fault of the question, as the API names it. */
export interface Invalid {
  readonly detail:
    | string
    | readonly { type: string; loc: readonly string[]; msg: string; input: string | null }[];
}

/** The window of a question's parameters; those that are unknown are ignored. */
export function windowOf(query: URLSearchParams, now: Instant): Window | Invalid {
  const number = (name: string, otherwise: number, most: number): number | Invalid => {
    const text = query.get(name);
    if (text === null) return otherwise;
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= 1 && value <= most) return value;
    return invalid(name, text, `Input should be a number between 1 and ${most}`);
  };
  const time = (name: string, otherwise: Instant): Instant | Invalid => {
    const text = query.get(name);
    const value = text === null ? otherwise : zonedTime(text);
    return Number.isNaN(value) ? invalid(name, text, "Input should be a valid datetime") : value;
  };
  const limit = number("limit", 100, 1_000);
  const page = number("page", 1, Number.MAX_SAFE_INTEGER);
  const from = time("datetime_from", -Infinity);
  const to = time("datetime_to", now);
  if (typeof limit === "object") return limit;
  if (typeof page === "object") return page;
  if (typeof from === "object") return from;
  if (typeof to === "object") return to;
  if (to <= from) return { detail: "date_to must be after date_from" };
  return { from, to, limit, page };
}

/** A date or a time without a zone is the station's: +07:00. */
function zonedTime(text: string): Instant {
  const full = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text.replace(" ", "T");
  const zoned = instantOf(full);
  return Number.isNaN(zoned) ? instantOf(`${full}Z`) - 7 * HOUR : zoned;
}

function invalid(name: string, input: string | null, msg: string): Invalid {
  return { detail: [{ type: "value_error", loc: ["query", name], msg, input }] };
}
