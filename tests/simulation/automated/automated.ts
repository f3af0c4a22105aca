import type { AlertRule } from "../../../core/alerts/rule.ts";
import { alert } from "../../../core/alerts/rules.ts";
import { setPaused } from "../../../core/automation/pauses.ts";
import { type Schedule, schedule } from "../../../core/automation/schedule.ts";
import { type Sensor, sensor } from "../../../core/automation/sensor.ts";
import { HOUR, MINUTE } from "../../../core/instant.ts";
import type { Episode } from "../../../core/ports/alerts.ts";
import type { AssetRange } from "../../../core/ports/runs.ts";
import { Chance } from "../chance.ts";
import type { Sketch } from "../sketch.ts";
import type { Worker } from "../worker.ts";
import type { World } from "../world.ts";
import { FEED, Feed } from "./feed.ts";

/** Where messages go. */
export const CHANNELS = ["a", "b"] as const;

const CHANGES = [
  "wrong",
  "wrong",
  "wrong",
  "channel",
  "item",
  "item",
  "item",
  "down",
  "time",
  "time",
  "time",
  "leader",
  "leader",
  "leader",
  "leader",
] as const;

const SUBJECTS = ["x", "y"] as const;

/** What in a world asks for runs by itself, and tells people of what is wrong. */
export class Automated {
  readonly chance: Chance;
  readonly feed: Feed;
  readonly schedules: readonly Schedule[];
  readonly sensors: readonly Sensor[];
  readonly rules: readonly AlertRule[];
  /** How likely a worker crashes at any of its turns. */
  readonly crashes: number;
  /** What users gave up: it is let be until something changes for it. */
  readonly cancelled: AssetRange[] = [];
  /** The channels over which nothing arrives now. */
  readonly #closed = new Set<string>();
  /** With what something is wrong outside of the engine. */
  readonly #wrong = new Set<string>();
  /** Whether the service of the pool does not answer. */
  isDown = false;

  constructor(readonly world: World, seed: number) {
    this.chance = new Chance(seed ^ 0xae2057);
    this.feed = new Feed(world);
    this.crashes = this.chance.pick([0, 0.001, 0.003, 0.006]);
    this.schedules = [];
    this.sensors = [];
    this.rules = [
      {
        name: "outside",
        find: () => [...this.#wrong].map((subject) => ({ subject, severity: "error", message: "is wrong" })),
      },
      alert.failure(),
      alert.daemon(),
    ];
  }

  /** The same assets: most are made by themselves, a source may be what others report. */
  automate(sketches: readonly Sketch[]): readonly Sketch[] {
    const { chance } = this;
    const automated = sketches.map((sketch): Sketch => {
      if (sketch.kind === "source" && sketch.sensors.length === 0 && chance.happens(0.2)) {
        return { ...sketch, kind: "external", asked: false };
      }
      return { ...sketch, automated: sketch.kind !== "external" && chance.happens(0.85) };
    });
    // Whatever the clock says, there is something to ask for.
    const own = automated.filter(({ kind, set }) => kind !== "external" && set.window(0) === null);
    const asks = own.length === 0
      ? { prune: { history: 1 } }
      : { selection: [chance.pick(own).key], all: true };
    const all: Schedule[] = [
      schedule({ name: "tidy", cron: "10 */5 * * *", prune: { history: chance.pick([0, 1]) } }),
      schedule({ name: "nightly", cron: "30 2 * * *", timeZone: "spring", catchUp: "all", ...asks }),
      schedule({ name: "hourly", cron: "15 * * * *", timeZone: "autumn", ...asks }),
      schedule({ name: "punctual", cron: "*/20 * * * *", catchUp: "none", ...asks }),
      schedule({ name: "halves", cron: "30 */2 * * *", timeZone: "autumn", ...asks }),
    ];
    const reachable = sensor({
      name: "reachable",
      sense: () => ({ down: { pool: this.isDown ? "does not answer" : null } }),
    });
    Object.assign(this, {
      schedules: chance.some(all, 0.5),
      sensors: [reachable, this.feed.sensor(automated)],
    });
    return automated;
  }

  /** Whether a source says now that it owes something. */
  owes(): boolean {
    return !this.world.calm && this.chance.happens(0.2);
  }

  isClosed(channel: string): boolean {
    return this.#closed.has(channel);
  }

  /** Whether something is truly wrong with the subject of an episode. */
  isWrong({ rule, subject }: Pick<Episode, "rule" | "subject">): boolean {
    return rule === "failure" || rule === "outside" && this.#wrong.has(subject);
  }

  /** Changes something outside of the engine that it asks, is told of, or tells. */
  change(): void {
    const { chance, world, feed } = this;
    switch (chance.pick(CHANGES)) {
      case "time":
        return world.turns.suspend(chance.pick([20 * MINUTE, HOUR, 3 * HOUR]));
      case "leader":
        return world.unseat();
      case "wrong":
        return turnOver(this.#wrong, chance.pick(SUBJECTS));
      case "channel":
        return turnOver(this.#closed, chance.pick(CHANNELS));
      case "down":
        this.isDown = chance.happens(0.3);
        return;
      case "item": {
        const external = world.sketches.find(({ kind }) => kind === "external");
        const there = external?.set.existing(world.turns.now) ?? null;
        const own = world.sketches.filter(({ kind }) => kind !== "external");
        return feed.add({
          reports: there === null || chance.happens(0.3)
            ? undefined
            : { asset: external!.key, partition: chance.between(there.from, there.to) },
          asks: own.length > 0 && chance.happens(0.4) ? chance.pick(own).key : undefined,
        });
      }
    }
  }

  calm(): void {
    this.#closed.clear();
    this.#wrong.clear();
    this.isDown = false;
  }

  /** What may be paused; a schedule that catches up all of its due times is not. */
  get #pausable(): readonly string[] {
    const schedules = this.schedules.filter(({ catchUp }) => catchUp !== "all");
    return ["automation", FEED, ...schedules.map(({ name }) => name)];
  }

  /** Pauses something, or lets it go on. */
  async pause(worker: Worker, name = this.chance.pick(this.#pausable)): Promise<void> {
    const paused = this.chance.happens(0.5);
    await setPaused(worker.state.keyValue, name, { paused, at: this.world.turns.read(worker) });
  }

  async resumeAll(worker: Worker): Promise<void> {
    const { keyValue, backfills } = worker.state;
    const at = this.world.turns.read(worker);
    for (const name of this.#pausable) await setPaused(keyValue, name, { paused: false, at });
    for (const { id } of await backfills.list("open")) await backfills.turn(id, "running", at);
  }
}

function turnOver(set: Set<string>, each: string): void {
  if (!set.delete(each)) set.add(each);
}
