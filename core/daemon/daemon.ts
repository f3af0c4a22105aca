import { type Milliseconds, SECOND } from "../instant.ts";
import type { AssetKey } from "../event.ts";
import type { Json } from "../ports/key_value.ts";
import type { Lead } from "../ports/state.ts";
import { behindText } from "../run/behind.ts";
import type { Observer } from "../run/progress.ts";
import { messageOf, refresh } from "../run/session.ts";
import { isBehind } from "../staleness/node.ts";
import { Bell } from "./bell.ts";
import { Lanes } from "./lanes.ts";
import { Leading, type LeadNote, leadOf, TICKS } from "./leading.ts";
import { requireSpeed } from "./leading_daemon.ts";
import { Observing, Watching } from "./observing.ts";
import type { DaemonOptions } from "./options.ts";
import { isSameLeft, type LeftToOthers, NOTHING_LEFT, Others } from "./others.ts";
import { Ticks } from "./ticks.ts";

/** Nothing is left longer without a look: neither the clock nor who follows is relied on. */
const LOOK: Milliseconds = 5 * SECOND;
/** How long until the lead is asked for again, so that it is taken over within the time of a look. */
const LEAD: Milliseconds = 2 * SECOND;
/** News of the state that follow each other faster are one. */
const GAP: Milliseconds = SECOND / 5;
/** The shortest rest where something says that it is to be called without end. */
const LEAST: Milliseconds = SECOND / 10;

/** A daemon at work: see `serve`. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #lanes: Lanes;
  readonly #bells: { readonly ticks: Bell; readonly runs: Bell };
  readonly #over = new AbortController();
  /** Over when the lead has passed on. */
  #term = new AbortController();
  #broken: { readonly cause: unknown } | undefined;
  #ticks: Ticks | undefined;
  #left: LeftToOthers = NOTHING_LEFT;
  /** The assets of which other code was told of, by the ids of its records. */
  readonly #behind = new Map<AssetKey, number>();
  readonly #note: Json;

  constructor(options: DaemonOptions) {
    const { orchestrator, tell, observe: told, pulse: { counters }, speed = 1, automations = [] } = this
      .#options = options;
    const observe: Observer = (progress) => {
      counters.observe(progress);
      told(progress);
    };
    const codes = Object.fromEntries(
      orchestrator.session.index.nodes.map(({ key, codeId }) => [key, codeId]),
    );
    this.#note = { speed, codes, automations } satisfies LeadNote;
    const { clock } = orchestrator.session;
    this.#bells = { ticks: new Bell(clock), runs: new Bell(clock) };
    this.#lanes = new Lanes({ orchestrator, tell, observe, ended: () => this.#ring() });
    counters.forget();
  }

  async serve(): Promise<void> {
    const { signal, alarm } = this.#options;
    const end = () => {
      this.#over.abort(new Error("the daemon ends"));
      this.#ring();
    };
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
    alarm?.(() => this.#ring());
    const loops = Promise.all(
      [this.#follow(), this.#lead(), this.#work()].map((loop) =>
        loop.catch((cause) => {
          this.#broken ??= { cause };
          end();
        })
      ),
    );
    await aborted(this.#over.signal);
    signal.removeEventListener("abort", end);
    // Whatever the loops still wait for, runs at work are told at once.
    await this.#end(loops);
    if (this.#broken !== undefined) throw this.#broken.cause;
  }

  #ring(): void {
    for (const bell of Object.values(this.#bells)) bell.ring();
  }

  /** Wakes both loops by what is written. */
  async #follow(): Promise<void> {
    const { clock, state } = this.#options.orchestrator.session;
    for await (const _ of await state.watch(this.#over.signal)) {
      this.#ring();
      await clock.sleep(GAP, this.#over.signal).catch(() => {});
    }
  }

  async #lead(): Promise<void> {
    const { orchestrator, pulse, tell, speed = 1 } = this.#options;
    const { state, index, machine } = orchestrator.session;
    const name = leadOf(index.nodes.map(({ asset }) => asset));
    const [leading, others] = [new Leading(state, machine, name), new Others(state, machine, name)];
    for (let led: number | undefined | null = null; !this.#over.signal.aborted;) {
      pulse.beat("ticks");
      await refresh(orchestrator.session);
      this.#tellBehind();
      const { lead, silence } = await leading.seek({
        note: this.#note,
        yields: !index.isLatest,
      });
      await requireSpeed(state, speed);
      pulse.leaderSilence = silence;
      if (lead?.number !== led) {
        led = lead?.number;
        pulse.leads = lead !== undefined;
        this.#depose();
        tell({ type: lead === undefined ? "follows" : "leads" });
      }
      const left = lead === undefined ? NOTHING_LEFT : await others.left(index.nodes);
      if (!isSameLeft(left, this.#left)) this.#depose();
      this.#left = left;
      if (lead !== undefined) this.#ticks ??= await this.#open(lead);
      else await this.#look();
      this.#ticks?.pass();
      await this.#bells.ticks.wait(this.#ticks === undefined ? LEAD : rest(this.#ticks));
    }
  }

  /** Lets nothing more be requested here, whatever is at it. */
  #depose(): void {
    this.#term.abort(new Error("the lead has passed on"));
    this.#term = new AbortController();
    this.#ticks = undefined;
  }

  /** Tells of the assets of which other code was registered, and of those of which this one's is the present one again. */
  #tellBehind(): void {
    const { orchestrator: { session: { index } }, tell } = this.#options;
    for (const node of index.nodes) {
      if (this.#behind.get(node.key) === node.present.codeId || !isBehind(node)) continue;
      this.#behind.set(node.key, node.present.codeId);
      tell({ type: "behind", asset: node.key, message: behindText(node) });
    }
    for (const key of this.#behind.keys()) {
      if (isBehind(index.node(key))) continue;
      this.#behind.delete(key);
      tell({ type: "present", asset: key });
    }
  }

  async #look(): Promise<void> {
    const { orchestrator: { session }, look, tell } = this.#options;
    try {
      await look?.(this.#over.signal);
    } catch (cause) {
      if (this.#over.signal.aborted) return;
      tell({ type: "failing", name: "alerts", message: messageOf(session, cause), after: LEAD });
    }
  }

  /** @returns Undefined where what requests runs cannot be opened now. */
  async #open(lead: Lead): Promise<Ticks | undefined> {
    const { orchestrator, tickers, pulse, tell } = this.#options;
    const { session } = orchestrator;
    try {
      return new Ticks({
        ports: session,
        tickings: [
          new Observing(orchestrator, tell),
          new Watching(orchestrator),
          ...await tickers(lead, this.#left),
        ],
        tell,
        signal: AbortSignal.any([this.#over.signal, this.#term.signal]),
        queued: () => this.#bells.runs.ring(),
        ticked: (name, outcome, took) => {
          pulse.counters.tick(name, outcome, took);
          if (outcome !== "failed") pulse.tick();
        },
        passed: () => this.#bells.ticks.ring(),
      });
    } catch (cause) {
      tell({ type: "failing", name: TICKS, message: messageOf(session, cause), after: LEAD });
      return undefined;
    }
  }

  async #work(): Promise<void> {
    const { pulse } = this.#options;
    while (!this.#over.signal.aborted) {
      pulse.beat("runs");
      if (!await this.#lanes.begin()) await this.#bells.runs.wait(LOOK);
    }
  }

  /** Lets what is at work end by itself, for a while. */
  async #end(loops: Promise<unknown>): Promise<void> {
    const { orchestrator: { session: { machine } }, grace, tell, pulse } = this.#options;
    const runs = this.#lanes.size;
    this.#lanes.end();
    if (runs > 0) tell({ type: "ending", runs, grace });
    const over = new AbortController();
    const patience = machine.sleep(grace, over.signal).then(() => this.#lanes.abort(), () => {});
    const ticks = Promise.race([this.#ticks?.still(), patience]);
    await loops;
    await this.#lanes.empty();
    await ticks;
    over.abort();
    pulse.leads = false;
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

function rest(ticks: Ticks): Milliseconds {
  return Math.min(LOOK, Math.max(LEAST, ticks.rest));
}
