import type { RunId } from "../event.ts";
import { SECOND } from "../instant.ts";
import type { LogLevel } from "../ports/log.ts";
import type { LogEntry } from "../ports/state.ts";
import type { Session } from "./session.ts";

/** How long an entry may be kept in memory. */
const KEPT = SECOND;

/** The log of one step: written a second after an entry, and with the outcomes that it speaks of. Dispose of it. */
export class StepLog implements Disposable {
  #entries: LogEntry[] = [];
  #writing: Promise<void> = Promise.resolve();
  /** Aborts the wait for the next writing; undefined while there is nothing to write. */
  #flushing: AbortController | undefined;

  constructor(
    readonly session: Pick<Session, "state" | "clock" | "mask">,
    readonly run: RunId,
    readonly step: number,
  ) {}

  debug = this.#writer("debug");
  info = this.#writer("info");
  warn = this.#writer("warn");
  error = this.#writer("error");

  /** Writes what is kept. @throws If the state does not take it. */
  async flush(): Promise<void> {
    this.#flushing?.abort();
    this.#flushing = undefined;
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write());
    await this.#writing;
  }

  [Symbol.dispose](): void {
    this.#flushing?.abort();
  }

  async #write(): Promise<void> {
    if (this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    try {
      await this.session.state.log(this.run, entries);
    } catch (error) {
      this.#entries = [...entries, ...this.#entries];
      throw error;
    }
  }

  #writer(level: LogLevel) {
    return (message: string, fields: LogEntry["fields"] = {}) => {
      const { mask, clock } = this.session;
      this.#entries.push({
        step: this.step,
        at: clock.now(),
        level,
        message: mask(message),
        fields: maskedFields(fields, mask),
      });
      if (this.#flushing === undefined) this.#flushSoon();
    };
  }

  /** Entries that cannot be written then are written, or told, with the next outcomes. */
  #flushSoon(): void {
    const flushing = this.#flushing = new AbortController();
    this.session.clock.sleep(KEPT, flushing.signal).then(() => this.flush()).catch(() => {});
  }
}

/** The fields as JSON, every text in them masked by itself: a secret may look like a part of the notation. */
function maskedFields(fields: LogEntry["fields"], mask: (text: string) => string): LogEntry["fields"] {
  const masked = JSON.stringify(fields, (_, value) => {
    if (typeof value === "string") return mask(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [mask(name), field]));
  });
  return JSON.parse(masked);
}
