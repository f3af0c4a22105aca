import { type Instant, type Milliseconds, SECOND } from "../../core/mod.ts";
import { type Language, words } from "./language.ts";

/** Units of time, in seconds; a year is one of the Julian calendar. */
const SECONDS = [31_557_600, 86_400, 3_600, 60, 1] as const;

/** What these are called. */
export const UNITS = words<readonly string[]>(["y", "d", "h", "min", "s"], [
  "năm",
  "ngày",
  "giờ",
  "phút",
  "giây",
]);

/** Writes numbers and times as the viewer reads them. */
export class Format {
  readonly #number: Intl.NumberFormat;
  readonly #time: Intl.DateTimeFormat;

  /** @param zone An IANA name. @throws {RangeError} If there is no such zone. */
  constructor(readonly language: Language, readonly zone: string) {
    this.#number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    // Swedish dates are those of ISO 8601.
    this.#time = new Intl.DateTimeFormat("sv", {
      timeZone: zone,
      dateStyle: "short",
      timeStyle: "medium",
    });
  }

  /** `12,345.6` */
  number(value: number): string {
    return this.#number.format(value);
  }

  /** `1.2 MB`, in powers of 1,000. */
  bytes(value: number): string {
    const units = ["B", "kB", "MB", "GB", "TB"];
    const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
    return `${this.number(value / 1_000 ** power)} ${units[power]}`;
  }

  /** `2018-01-03 07:00:00`, in the viewer's zone, which the page names. */
  time(at: Instant): string {
    return this.#time.format(at);
  }

  /** `07:00:00` */
  clock(at: Instant): string {
    return this.time(at).slice(11);
  }

  /** `3 h 20 min`, in its two largest units; below a second in milliseconds. */
  duration(length: Milliseconds): string {
    if (length < SECOND) return `${Math.round(length)} ms`;
    let left = Math.round(length / SECOND);
    const said: string[] = [];
    for (const [place, seconds] of SECONDS.entries()) {
      const count = Math.floor(left / seconds);
      left -= count * seconds;
      if (count > 0) said.push(`${count} ${UNITS[this.language][place]}`);
    }
    return said.slice(0, 2).join(" ");
  }
}
