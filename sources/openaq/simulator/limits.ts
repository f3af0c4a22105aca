import { HOUR, type Instant, type Milliseconds, MINUTE, SECOND } from "../../../core/mod.ts";

/** How many requests are answered; both hold. */
export interface RateLimits {
  readonly perMinute: number;
  readonly perHour: number;
}

/** Counts requests in windows that begin with their first request, and says so in the API's headers. */
export class RateCounter {
  readonly #windows: readonly { most: number; length: Milliseconds; began: Instant; used: number }[];

  constructor({ perMinute, perHour }: RateLimits) {
    this.#windows = [[perMinute, MINUTE] as const, [perHour, HOUR] as const]
      .map(([most, length]) => ({ most, length, began: -Infinity, used: 0 }));
  }

  /** Counts a request; the headers are those of the window with the least left. */
  count(now: Instant): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> } {
    for (const window of this.#windows) {
      if (now < window.began + window.length) continue;
      window.began = now;
      window.used = 0;
    }
    const allowed = this.#windows.every(({ used, most }) => used < most);
    if (allowed) { for (const window of this.#windows) window.used++; }
    const tightest = this.#windows.reduce((a, b) => b.most - b.used < a.most - a.used ? b : a);
    const { most, used, began, length } = tightest;
    const headers = {
      "x-ratelimit-limit": `${most}`,
      "x-ratelimit-used": `${used}`,
      "x-ratelimit-remaining": `${most - used}`,
      "x-ratelimit-reset": `${Math.ceil((began + length - now) / SECOND)}`,
    };
    return { allowed, headers };
  }
}
