import type { MiddlewareHandler } from "hono";
import { type Milliseconds, MINUTE } from "../../core/mod.ts";
import { refuse } from "./refusal.ts";

/** The longest address of a request, in signs. */
const LONGEST_URL = 8_192;
/** The headers of a request, in signs and in number. */
const MOST_HEADERS = { signs: 16_384, number: 64 };
/** How long an answer may take to begin. */
const MOST_TIME: Milliseconds = MINUTE;
/** So many requests are answered at once. */
const AT_ONCE = 256;

/** Refuses requests that are too long, and more at once than can be answered in time. */
export function limits({ atOnce = AT_ONCE, time = MOST_TIME } = {}): MiddlewareHandler {
  let atWork = 0;
  return async (context, next) => {
    const { req } = context;
    if (req.url.length > LONGEST_URL) {
      const found = `found an address of ${req.url.length} signs, wanted at most ${LONGEST_URL}`;
      return refuse(context, 414, `reading the request: ${found}`);
    }
    let [number, signs] = [0, 0];
    for (const [name, value] of req.raw.headers) {
      [number, signs] = [number + 1, signs + name.length + value.length];
    }
    if (number > MOST_HEADERS.number || signs > MOST_HEADERS.signs) {
      const wanted = `at most ${MOST_HEADERS.number} of ${MOST_HEADERS.signs}`;
      return refuse(
        context,
        431,
        `reading the request: found ${number} headers of ${signs} signs, wanted ${wanted}`,
      );
    }
    if (atWork >= atOnce) {
      const detail = `answering: found ${atWork} requests at work, wanted fewer: try again`;
      return refuse(context, 503, detail, { "retry-after": "1" });
    }
    atWork++;
    const answered = next().finally(() => atWork--);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), time));
    try {
      if (await Promise.race([answered, late]) !== "late") return;
      answered.catch(() => {});
      const detail = `answering: found no answer within ${time / 1_000} s, wanted less to be asked`;
      return refuse(context, 504, detail, { "retry-after": "10" });
    } finally {
      clearTimeout(timer);
    }
  };
}
