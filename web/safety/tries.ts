import { type Instant, type Milliseconds, MINUTE, SECOND } from "../../core/mod.ts";

/** So many tries in vain cost nothing. */
const FREE = 5;
/** The longest wait after one more. */
const LONGEST: Milliseconds = 5 * MINUTE;
/** Tries in vain are forgotten after so long. */
const FORGOTTEN: Milliseconds = 60 * MINUTE;
/** At most so many addresses are remembered. */
const MOST = 10_000;

interface Failures {
  readonly count: number;
  readonly last: Instant;
}

/** Tries to sign in that were in vain, by address: each further one has to wait twice as long. */
export class Tries {
  readonly #now: () => Instant;
  /** The one that tried longest ago first. */
  readonly #failures = new Map<string, Failures>();

  constructor(now: () => Instant) {
    this.#now = now;
  }

  /** How long an address has to wait before it may try again; 0 where it may. */
  wait(address: string): Milliseconds {
    const { count, last } = this.#failures.get(networkOf(address)) ?? { count: 0, last: 0 };
    if (count < FREE) return 0;
    const pause = Math.min(LONGEST, SECOND * 2 ** (count - FREE));
    return Math.max(0, last + pause - this.#now());
  }

  failed(address: string): void {
    const network = networkOf(address);
    const now = this.#now();
    const { count, last } = this.#failures.get(network) ?? { count: 0, last: now };
    this.#failures.delete(network);
    this.#failures.set(network, { count: last + FORGOTTEN < now ? 1 : count + 1, last: now });
    if (this.#failures.size > MOST) this.#failures.delete(this.#failures.keys().next().value!);
  }

  succeeded(address: string): void {
    this.#failures.delete(networkOf(address));
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#failures.size;
  }
}

/** Of IPv6 one subscriber has a whole network of addresses. */
function networkOf(address: string): string {
  if (!address.includes(":") || !URL.canParse(`http://[${address}]`)) return address;
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [front = "", back] = written.split("::");
  const head = front.split(":").filter(Boolean);
  const tail = (back ?? "").split(":").filter(Boolean);
  const groups = back === undefined
    ? head
    : [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail];
  // An IPv4 address in the clothes of an IPv6 one.
  if (groups.slice(0, 5).every((group) => group === "0") && groups[5] === "ffff") return written;
  return groups.slice(0, 4).join(":");
}
