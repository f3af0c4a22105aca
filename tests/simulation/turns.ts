import { setImmediate } from "node:timers";
import type { Clock } from "../../core/ports/clock.ts";
import { type Instant, type Milliseconds, SECOND } from "../../core/instant.ts";
import type { Chance } from "./chance.ts";

/** Somebody who takes turns. One that is dead is never resumed. */
export interface Actor {
  readonly name: string;
  alive: boolean;
  /** How far its wall clock is ahead. */
  readonly skew: Milliseconds;
  /** It takes no turn before so many were taken, unless nobody else can. */
  readonly asleepUntil: number;
}

interface Parked {
  readonly actor: Actor;
  readonly label: string;
  /** When a sleeper wakes, by the time awake. */
  readonly until?: Milliseconds;
  /** It takes no time: no sleep ends before it. */
  readonly atOnce?: boolean;
  readonly resume: () => void;
}

/** Nobody can go on, or they go on for ever. */
export class Stuck extends Error {
  override readonly name = "Stuck";
}

/** Whoever sleeps for longer most likely waits for something that comes before. */
const LONG: Milliseconds = 11 * SECOND;

/**
 * Lets one actor go on at a time, from one `turn` to its next, chosen by chance. The time stands still but for sleepers:
 * when the next of them is chosen, it is its hour.
 */
export class Turns {
  #parked: Parked[] = [];
  taken = 0;
  /** How often a clock was set otherwise than by the passing of time. */
  clocksSet = 0;
  /** How long all were asleep, with their machines. */
  asleep: Milliseconds = 0;
  #jumped: Milliseconds = 0;

  /** @param chosen Called before an actor goes on. @returns Whether it still may. */
  constructor(
    readonly chance: Chance,
    public now: Instant,
    readonly chosen: (actor: Actor, label: string) => boolean,
  ) {}

  /** Resolves when it is the actor's turn. */
  turn(actor: Actor, label: string): Promise<void> {
    return new Promise((resume) => {
      if (actor.alive) this.#parked.push({ actor, label, resume });
    });
  }

  /** Resolves when it is the actor's turn, before any time has passed. */
  atOnce(actor: Actor, label: string): Promise<void> {
    return new Promise((resume) => {
      if (actor.alive) this.#parked.push({ actor, label, atOnce: true, resume });
    });
  }

  /** How long all have been awake, from some moment on. */
  get awake(): Milliseconds {
    return this.now - this.#jumped;
  }

  /** Sets all wall clocks. */
  set(by: Milliseconds): void {
    this.now += by;
    this.#jumped += by;
    this.clocksSet++;
  }

  /** Lets all machines be asleep for so long. */
  suspend(by: Milliseconds): void {
    this.set(by);
    this.asleep += by;
  }

  /** The actor's wall-clock time. */
  read(actor: Actor): Instant {
    return this.now + actor.skew;
  }

  clock(actor: Actor): Clock {
    return {
      now: () => this.read(actor),
      awake: () => this.awake,
      asleep: () => this.asleep,
      sleep: (duration, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const abort = () => {
            this.#parked = this.#parked.filter((each) => each !== sleeper);
            reject(signal?.reason);
          };
          const sleeper = {
            actor,
            label: "sleep",
            until: Math.ceil(this.awake + duration),
            resume: () => {
              signal?.removeEventListener("abort", abort);
              resolve();
            },
          };
          signal?.addEventListener("abort", abort, { once: true });
          if (actor.alive) this.#parked.push(sleeper);
        }),
    };
  }

  /** Forgets a dead actor's turns. */
  drop(actor: Actor): void {
    this.#parked = this.#parked.filter((each) => each.actor !== actor);
  }

  /**
   * Goes on until it is done. With `calm`, sleepers wake only when nobody else can go on.
   *
   * @param options `answered`: whether nobody waits for an answer of something that takes no turns.
   */
  async take(
    done: () => boolean,
    { most, calm, answered = () => true }: { most: number; calm: boolean; answered?: () => boolean },
  ): Promise<void> {
    for (let taken = 0;; taken++) {
      do await new Promise<void>((resolve) => void setImmediate(() => resolve())); while (!answered());
      if (done()) return;
      const next = this.#next(calm);
      if (next === undefined) throw new Stuck("nobody can go on");
      if (taken > most) {
        throw new Stuck(`not done after ${most} turns; ${next.actor.name} is at ${next.label}`);
      }
      this.taken++;
      this.#parked.splice(this.#parked.indexOf(next), 1);
      if (!this.chosen(next.actor, next.label)) continue;
      if (next.until !== undefined) this.now = Math.max(this.now, next.until + this.#jumped);
      next.resume();
    }
  }

  #next(calm: boolean): Parked | undefined {
    const awake = this.#parked.filter(({ actor, atOnce }) => atOnce || actor.asleepUntil <= this.taken);
    const parked = awake.length > 0 ? awake : this.#parked;
    const ready = parked.filter(({ until }) => until === undefined);
    let sleeper: Parked | undefined;
    for (const each of parked) {
      if (each.until !== undefined && (sleeper === undefined || each.until < sleeper.until!)) sleeper = each;
    }
    if (sleeper !== undefined && (ready.length === 0 || !calm && this.#mayWake(sleeper, ready))) {
      ready.push(sleeper);
    }
    return ready.length === 0 ? undefined : this.chance.pick(ready);
  }

  #mayWake({ until }: Parked, ready: readonly Parked[]): boolean {
    if (ready.some(({ atOnce }) => atOnce)) return false;
    return until! - this.awake < LONG || this.chance.happens(0.1);
  }
}
