// What is loaded when it is first asked for would take time in which nobody has a turn.
import "../../core/alerts/alerter.ts";
import "../../core/automation/names.ts";
import "../../core/automation/pauses.ts";
import "../../core/automation/schedule_ticker.ts";
import "../../core/automation/sensor_ticker.ts";
import "../../core/automation/ticker.ts";
import "../../core/backfill/begin.ts";
import "../../core/backfill/progress.ts";
import "../../core/backfill/ticker.ts";
import "../../core/counts.ts";
import "../../core/daemon/daemon.ts";
import "../../core/outages.ts";
import "../../core/run/behind.ts";
import "../../core/run/forget.ts";
import "../../core/run/prune.ts";
import "../../core/run/recheck.ts";
import "../../core/run/recover.ts";
import "../../core/run/report.ts";
import "../../core/run/retry.ts";
import "../../core/run/rollback.ts";
import "../../core/run/scheduler.ts";
import "../../core/run/take_in.ts";
import "../../core/run/undeclared.ts";
import "../../core/run/wipe.ts";
import "../../core/run/worker.ts";
import "../../sources/openaq/gaps.ts";
import "../../sources/openaq/known.ts";
import "../../sources/openaq/notice.ts";
import type { Pulse } from "../../core/daemon/pulse.ts";
import { Orchestrator } from "../../core/orchestrator.ts";
import type { KeyValue } from "../../core/ports/key_value.ts";
import type { Publisher } from "../../core/ports/publisher.ts";
import type { StalenessIndex } from "../../core/staleness/index.ts";
import type { State } from "../../core/ports/state.ts";
import type { NewEvent, RunId } from "../../core/event.ts";
import { partitionSet } from "../../core/partition/spec.ts";
import type { PartitionSet } from "../../core/partition/partition_set.ts";
import { type Pace, unpaced } from "../../sources/openaq/pace.ts";
import { buildGraph } from "./assets.ts";
import { cron } from "./automated/crons.ts";
import { identityOf, type Made } from "./content.ts";
import { sharedPace, watchedValues } from "./openaq/pace.ts";
import { nameOf } from "./oracle.ts";
import { heard, Injected, observed, stepwise, watched } from "./ports.ts";
import { readOf } from "./reference.ts";
import type { Sketch } from "./sketch.ts";
import type { Actor } from "./turns.ts";
import type { World } from "./world.ts";
import { upkeepOf } from "./upkeep.ts";

/** A process with a handle of its own on the state, and an orchestrator over it. */
export class Worker implements Actor {
  alive = true;
  asleepUntil = 0;
  /** Undefined until it was opened. */
  orchestrator!: Orchestrator;
  /** The moment at which its index was last compared with the log. */
  compared = "";
  sketches: readonly Sketch[] = [];
  /** Those with which it opens the graph. */
  opening: readonly Sketch[] = [];
  readonly state: State;
  readonly publisher: Publisher;
  /** How many of its schedules look whether anything is due. */
  scheduling = 0;
  /** Where it lives as a daemon: whether it leads. */
  pulse: Pulse | undefined;
  /** Called when it is granted a claim. */
  granted: (() => void) | undefined;
  /** Called in the middle of every change of files. */
  changing: (() => void) | undefined;
  /** The small values of the state. */
  readonly values: KeyValue;
  /** Its part of the pace of all who ask sensors. */
  readonly pace: Pace;
  /** Its views beside the orchestrator, by what runs in them. */
  readonly lanes = new Map<RunId, Pick<Orchestrator, "index">>();
  #sets = new Map<string, PartitionSet>();

  /**
   * @param handle Its handle on the state, past all that may happen to its calls.
   * @param skew How far its wall clock is ahead.
   */
  constructor(readonly world: World, readonly name: string, readonly handle: State, public skew: number) {
    const { bug } = world;
    const truly = observed(this, handle);
    const state = bug?.state?.(truly, world) ?? truly;
    this.state = heard(this, stepwise(this, "state", state));
    this.values = watchedValues(this, handle.keyValue);
    this.pace = world.openaq === undefined ? unpaced : sharedPace(this, this.values);
    const publisher = watched(this, (between) => world.lake.publisher(this, between));
    this.publisher = stepwise(this, "publisher", bug?.publisher?.(publisher, world) ?? publisher);
  }

  /** Opens the graph as it is declared now. */
  async open(): Promise<void> {
    const { world } = this;
    const sketches = this.opening = world.sketches;
    const orchestrator = await Orchestrator.open({
      graph: buildGraph(sketches),
      state: this.state,
      publisher: this.publisher,
      clock: world.turns.clock(this),
      random: world.chance.next,
      ...(world.automated && { cron: () => Promise.resolve(cron), upkeep: upkeepOf(world) }),
      resources: this,
      mask: (text) => text,
      readSourceFile: () => "",
      limits: { steps: world.chance.between(1, 3), pools: { pool: 1 } },
    });
    const sets = orchestrator.index.nodes.map(({ key, set }) => [key, partitionSet(set.spec)] as const);
    this.#sets = new Map(sets);
    this.lanes.clear();
    Object.assign(this, { sketches, orchestrator, compared: "" });
  }

  /** How things stand where a run is at work. */
  indexOf(run: RunId | null): StalenessIndex {
    return (run === null ? undefined : this.lanes.get(run))?.index ?? this.orchestrator.index;
  }

  /** Lets others go on; may fail as user code may. */
  async pause(label: string): Promise<void> {
    await this.world.turns.turn(this, label);
    if (this.world.fault(0.5)) throw new Injected(label);
  }

  fails(): boolean {
    return this.world.fault(1);
  }

  /** Something unusual happens, never in the calm. */
  maybe(probability: number): boolean {
    return !this.world.calm && this.world.chance.happens(probability);
  }

  /** Tells what rollbacks and reports were made of, as the log has it at the number that they say they read. */
  tell(events: readonly NewEvent[]): void {
    const { oracle } = this.world;
    for (const event of events) {
      if (event.kind !== "materialized" || oracle.made.has(nameOf(event))) continue;
      const text = event.payload.metadata["made"];
      if (text?.type === "text" && JSON.parse(text.value).run === event.run) continue;
      const sketch = this.sketches.find(({ key }) => key === event.asset)!;
      const { index } = this.orchestrator;
      const rows = oracle.rowsAt(event.read);
      const set = index.node(sketch.key).set;
      const reads: Record<string, Made["reads"][string]> = {};
      for (const dependency of sketch.deps) {
        if (dependency.mode === "order") continue;
        const up = index.node(dependency.upstream).set;
        reads[dependency.upstream] = readOf(rows, dependency, up, set, event.partition, index.now);
      }
      oracle.made.set(nameOf(event), { run: event.run, identity: identityOf(sketch), reads });
    }
  }

  /** Whether the graph that it has opened has an asset that is made. */
  knows(key: string): boolean {
    return this.sketches.some((sketch) => sketch.key === key && sketch.kind !== "external");
  }

  /** A partition set as the state knew it when the graph was opened. */
  set(key: string): PartitionSet {
    return this.#sets.get(key)!;
  }
}
