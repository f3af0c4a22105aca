import { type Clock, type Instant, type Milliseconds, SECOND } from "../core/mod.ts";

/** The time of a lake of the built-in stations that lived faster than the machine, as it was last kept. */
export interface LakeTime {
  /** When that began, by the lake's time: the stations' troubles count from it. */
  readonly began: Instant;
  /** The lake's time, */
  readonly at: Instant;
  /** and the machine's then. */
  readonly machine: Instant;
  readonly speed: number;
}

/** How often it is kept. */
const EVERY: Milliseconds = SECOND;

const pathOf = (state: string) => `${state}-time.json`;

/**
 * The time that is kept beside a state; undefined where its lake lives by the machine's. What is wrong with the place is
 * said by who opens the state.
 */
export function readTime(state: string): LakeTime | undefined {
  try {
    const { began, at, machine, speed } = JSON.parse(Deno.readTextFileSync(pathOf(state)));
    const isWhole = [began, at, machine, speed].every(Number.isFinite);
    return isWhole ? { began, at, machine, speed } : undefined;
  } catch {
    return undefined;
  }
}

/** The lake's time now: never before what it may have shown since it was kept, and as fast as the machine's from then on. */
export function timeNow({ at, machine, speed }: LakeTime, now: Instant): Instant {
  // Of a machine whose clock was set back it is not known how long that was.
  const elapsed = now < machine ? 2 * EVERY : now - machine;
  return Math.floor(at + speed * Math.min(elapsed, 2 * EVERY) + Math.max(0, elapsed - 2 * EVERY));
}

/** How fast a lake lives while somebody who lets it live faster keeps its time; undefined where nobody does. */
export function livingSpeed({ machine, speed }: LakeTime, now: Instant): number | undefined {
  return speed !== 1 && Math.abs(now - machine) <= 2 * EVERY ? speed : undefined;
}

/** Keeps a lake's time until it is disposed of; where another keeps a later one, that stays. */
export function keepTime(
  state: string,
  { clock, machine, speed, began }: {
    readonly clock: Clock;
    readonly machine: Clock;
    readonly speed: number;
    readonly began: Instant;
  },
): Disposable {
  const keep = (speed: number) => {
    const at = Math.max(clock.now(), readTime(state)?.at ?? -Infinity);
    const time: LakeTime = { began, at, machine: machine.now(), speed };
    const path = pathOf(state);
    Deno.writeTextFileSync(`${path}.new`, JSON.stringify(time));
    Deno.renameSync(`${path}.new`, path);
  };
  // Where nothing can be written, whoever writes the state says so; as soon as something can, it is kept again.
  const keepIfPossible = (speed: number) => {
    try {
      keep(speed);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  };
  keep(speed);
  const timer = setInterval(() => keepIfPossible(speed), EVERY);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      keepIfPossible(1);
    },
  };
}
