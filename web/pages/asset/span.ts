import { type Instant, type PartitionSet, RequestError } from "../../../core/mod.ts";

/** The stretch of a set's partitions that a page shows at once, by what bounds it. */
export interface Span {
  /** Its name in the page's address: `2018-01` or `2018`; undefined where all is shown. */
  readonly name: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Hours are shown by months, and at first those of the last days, so many. */
const DAYS = 31;

/**
 * The stretch that an address names, or else the newest. Undefined in sets without time: all of them are shown.
 *
 * @throws {RequestError} If the address names none.
 */
export function spanOf(set: PartitionSet, name: string | null, now: Instant): Span | undefined {
  const existing = set.existing(now);
  const { type } = set.spec;
  if (existing === null || type === "single" || type === "static") return undefined;
  const [first, last] = [set.key(existing.from)!, set.key(existing.to)!];
  if (type === "monthly") {
    return { name: undefined, from: first, to: last, before: undefined, after: undefined };
  }
  if (type === "hourly" && name === null) {
    const from = set.key(Math.max(existing.from, existing.to - 24 * DAYS + 1))!.slice(0, "2018-01-01".length);
    const month = from.slice(0, "2018-01".length);
    return { name: undefined, from, to: last, before: month, after: undefined };
  }
  const length = type === "hourly" ? "2018-01".length : "2018".length;
  const pattern = type === "hourly" ? /^\d{4}-(0[1-9]|1[0-2])$/ : /^\d{4}$/;
  const [oldest, newest] = [first.slice(0, length), last.slice(0, length)];
  const asked = name || newest;
  if (!pattern.test(asked)) {
    const wanted = type === "hourly" ? "a month, such as 2018-01" : "a year, such as 2018";
    throw new RequestError(`reading "at": found "${name}", wanted ${wanted}`);
  }
  const shown = asked < oldest ? oldest : asked > newest ? newest : asked;
  return {
    name: shown,
    from: type === "hourly" ? shown : `${shown}-01`,
    to: type === "hourly" ? shown : `${shown}-12`,
    before: shown > oldest ? moved(shown, -1) : undefined,
    after: shown < newest ? moved(shown, 1) : undefined,
  };
}

/** The month or year so many before or after one. */
function moved(name: string, by: number): string {
  if (name.length === 4) return String(Number(name) + by).padStart(4, "0");
  const [year, month] = name.split("-").map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1 + by)).toISOString().slice(0, 7);
}
