import type { RunId } from "../event.ts";
import type { BrokenEntry, Definition } from "../ports/catalog.ts";
import type { Clock, Random } from "../ports/clock.ts";
import type { LogLevel } from "../ports/log.ts";
import type { Publisher } from "../ports/publisher.ts";
import type { ClaimToken, Commit, Intent, LogEntry, State, Taken } from "../ports/state.ts";
import type { OrdinalRange } from "../partition/ranges.ts";
import { show } from "../show.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";
import type { KeyRange, Observer } from "./progress.ts";

/** What the work on one graph goes through: ports, resources and the index that they keep up to date. */
export interface Ports {
  readonly state: State;
  readonly publisher: Publisher;
  /** The catalog's entries as they stand. @default none */
  readonly entries?: () => Promise<readonly (Definition | BrokenEntry)[]>;
  readonly clock: Clock;
  readonly random: Random;
  /** What the graph's assets are given. */
  readonly resources: unknown;
  /** Takes secrets out of a text before it is kept or shown. */
  readonly mask: (text: string) => string;
  readonly observe: Observer;
}

export interface Session extends Ports {
  readonly index: StalenessIndex;
}

/** Events taken in at a time. */
const PAGE = 10_000;

/** Takes in what has happened since. The partitions that exist stay those of when the work began. */
export async function refresh({ index, state, clock }: Session): Promise<void> {
  index.tick(clock.now());
  for (;;) {
    const events = await state.since(index.seq, PAGE);
    for (const event of events) index.apply(event);
    if (events.length < PAGE) return;
  }
}

/** The claim had passed to another worker: nothing more may be done under it. */
export class SupersededError extends Error {
  override readonly name = "SupersededError";
}

/** How the lake or the state stand is not known: nothing more may be done under the claim but to recover it. */
export class UnsettledError extends Error {
  override readonly name = "UnsettledError";
}

/**
 * Writes, and takes in what was written.
 *
 * @throws {SupersededError} If the claim is no longer this worker's.
 * @throws {UnsettledError} If the state gave no answer.
 */
export async function commit(session: Session, changes: Omit<Commit, "intents">): Promise<void> {
  await asked(session, changes);
}

/**
 * Records publications that are about to begin.
 *
 * @returns Their files that are another partition's: if there are any, nothing was recorded.
 * @throws {SupersededError} If the claim is no longer this worker's.
 * @throws {UnsettledError} If the state gave no answer.
 */
export async function begin(
  session: Session,
  claim: ClaimToken,
  intents: readonly Intent[],
): Promise<readonly Taken[]> {
  return await asked(session, { claim, events: [], intents });
}

async function asked(session: Session, changes: Commit): Promise<readonly Taken[]> {
  try {
    return await committed(session, changes);
  } catch (cause) {
    if (cause instanceof SupersededError) throw cause;
    throw new UnsettledError(messageOf(session, cause), { cause });
  }
}

async function committed(session: Session, changes: Commit): Promise<readonly Taken[]> {
  const { index, state } = session;
  const committed = await state.commit(changes);
  if (committed.status === "superseded") throw new SupersededError("the claim passed to another worker");
  if (committed.status === "taken") return committed.places;
  index.tick(session.clock.now());
  const before = committed.seq - changes.events.length;
  if (index.seq !== before) await refresh(session);
  else changes.events.forEach((event, place) => index.apply({ ...event, seq: before + place + 1 }));
  return [];
}

/** An error as one line. */
export function messageOf(session: Ports, error: unknown): string {
  const text = error instanceof Error
    ? error.message || error.name
    : typeof error === "string"
    ? error
    : `found ${show(error)} thrown, wanted an error`;
  return session.mask(text.replaceAll(/\s*\n\s*/g, " "));
}

export function keyRange({ set }: Pick<Node, "set">, { from, to }: OrdinalRange): KeyRange {
  return { from: set.key(from), to: set.key(to) };
}

/** The log of one step: kept in memory until it is flushed with what it speaks of. */
export class StepLog {
  #entries: LogEntry[] = [];

  constructor(readonly session: Session, readonly run: RunId, readonly step: number) {}

  debug = this.#writer("debug");
  info = this.#writer("info");
  warn = this.#writer("warn");
  error = this.#writer("error");

  async flush(): Promise<void> {
    if (this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    await this.session.state.log(this.run, entries);
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
    };
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
