import type { AssetKey } from "../event.ts";
import { normalize, type Ranges } from "../partition/ranges.ts";
import type { BrokenEntry, Definition } from "../ports/catalog.ts";
import type { Clock, Random } from "../ports/clock.ts";
import type { Cron } from "../ports/cron.ts";
import type { Publisher } from "../ports/publisher.ts";
import {
  type ClaimToken,
  type Commit,
  type Intent,
  PassedLeadError,
  type State,
  type Taken,
} from "../ports/state.ts";
import type { Tracer } from "../ports/tracer.ts";
import type { Versions } from "../ports/versions.ts";
import { show } from "../show.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Observer } from "./progress.ts";

/** The upkeep that retention does beside what assets declare. */
export interface Upkeep {
  /** Where kept versions are found: what a rollback can go back to is not forgotten. */
  readonly versions: Versions;
  /** Deletes what runs that are no more left staged. @returns How many folders. */
  sweep(): Promise<number>;
}

/** The ports that the work on a graph goes through. */
export interface Ports {
  readonly state: State;
  readonly publisher: Publisher;
  /** The catalog's entries as they stand. @default none */
  readonly entries?: () => Promise<readonly (Definition | BrokenEntry)[]>;
  readonly clock: Clock;
  /** Measures time-outs and how long work takes, where the lake lives faster than the machine. @default the lake's clock */
  readonly machine?: Clock;
  /** Reads cron expressions, loaded when conditions are evaluated. @default none can be read */
  readonly cron?: () => Promise<Cron>;
  readonly random: Random;
  /** Tidies up beside the graph, as part of retention. @default nothing is there to be tidied */
  readonly upkeep?: Upkeep;
  /** Finds out whether the service that a pool's assets ask is down, where a question to it has failed. @default nobody does */
  readonly examine?: (pool: string, signal: AbortSignal) => Promise<unknown>;
  /** Takes secrets out of a text before it is kept or shown. */
  readonly mask: (text: string) => string;
  /** @default nothing is traced */
  readonly tracer?: Tracer;
}

/** The work on one graph: ports, the index that they keep up to date, and who is told of it. */
export interface Session extends Ports {
  readonly machine: Clock;
  /** The resources of the graph's assets. */
  readonly resources: unknown;
  readonly index: StalenessIndex;
  readonly observe: Observer;
}

/** The partitions that live workers hold, by asset. */
export async function runningIn(state: State): Promise<ReadonlyMap<AssetKey, Ranges>> {
  const claims = Map.groupBy(await state.claims(), ({ asset }) => asset);
  return new Map([...claims].map(([asset, ranges]) => [asset, normalize(ranges)]));
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

/** Takes in what has happened since, and the time that has passed. */
export async function catchUp(session: Session): Promise<void> {
  await refresh(session);
  session.index.advance(session.clock.now());
}

/** The port that reads cron expressions; without one, none can be read. */
export async function cronOf(session: Session): Promise<Cron> {
  return await session.cron?.() ?? {
    next() {
      throw new RangeError("reading a cron expression: found nothing that reads it, wanted the port");
    },
  };
}

/** The claim had passed to another worker: nothing more may be done under it. */
export class SupersededError extends Error {
  override readonly name = "SupersededError";
}

/** How the lake or the state stand is not known: nothing more may be done under the claim but to recover it. */
export class UnknownOutcomeError extends Error {
  override readonly name = "UnknownOutcomeError";
}

/**
 * Writes, and takes in what was written.
 *
 * @throws {SupersededError} If the claim is no longer this worker's.
 * @throws {UnknownOutcomeError} If the state gave no answer.
 */
export async function commit(session: Session, changes: Omit<Commit, "intents">): Promise<void> {
  await attempt(session, changes);
}

/**
 * Records publications that are about to begin.
 *
 * @returns Their files that are another partition's: if there are any, nothing was recorded.
 * @throws {SupersededError} If the claim is no longer this worker's.
 * @throws {UnknownOutcomeError} If the state gave no answer.
 */
export async function begin(
  session: Session,
  claim: ClaimToken,
  intents: readonly Intent[],
): Promise<readonly Taken[]> {
  return await attempt(session, { claim, events: [], intents });
}

async function attempt(session: Session, changes: Commit): Promise<readonly Taken[]> {
  try {
    return await committed(session, changes);
  } catch (cause) {
    if (cause instanceof SupersededError || cause instanceof PassedLeadError) throw cause;
    throw new UnknownOutcomeError(messageOf(session, cause), { cause });
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
export function messageOf(session: Pick<Ports, "mask">, error: unknown): string {
  const text = error instanceof Error
    ? error.message || error.name
    : typeof error === "string"
    ? error
    : `found ${show(error)} thrown, wanted an error`;
  return session.mask(text.replaceAll(/\s*\n\s*/g, " "));
}
