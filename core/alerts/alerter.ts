import { AUTOMATION } from "../automation/names.ts";
import type { Tick, Ticking } from "../automation/ticker.ts";
import type { AssetKey } from "../event.ts";
import { DAY, HOUR, type Instant, iso, type Milliseconds, milliseconds, MINUTE, SECOND } from "../instant.ts";
import { isTimeSet } from "../partition/partition_set.ts";
import type { Episode } from "../ports/alerts.ts";
import type { Channel } from "../ports/channel.ts";
import { leadOf, TICKS } from "../daemon/leading.ts";
import { KnownResults } from "../known_results.ts";
import { limited } from "../run/limited.ts";
import { refresh, type Session } from "../run/session.ts";
import { type Probe, SourceHealth } from "../source_health.ts";
import { compare, type Found, nameOf } from "./compare.ts";
import { Courier } from "./courier.ts";
import { type AutomationNames, failingTicks } from "./failing_ticks.ts";
import { findings } from "./findings.ts";
import { LifeSign, missed } from "./life_sign.ts";
import type { AlertRule } from "./rule.ts";
import { StaleSince } from "./stale_since.ts";
import { type AlertView, atWork } from "./view.ts";

/** A source that is watched. */
export interface WatchedSource {
  readonly health: SourceHealth;
  /** The asset that records its answers. */
  readonly asset: AssetKey;
  /** Asks whether it answers. @default nobody asks: it is well again once it has answered a question */
  readonly probe?: Probe;
}

/** The rules, the channels, and the parts that an alerter works with. */
export interface AlerterOptions {
  readonly rules: readonly AlertRule[];
  readonly channels: readonly Channel[];
  readonly sources?: readonly WatchedSource[];
  /** The sensors that are set aside, each with a line. */
  readonly sensors?: () => Promise<AlertView["sensors"]>;
  /** The schedules and sensors here. @default none */
  readonly automations?: AutomationNames;
  /** When something is due next to be requested, by who ticks here. @default nothing is, and nobody is missed */
  readonly due?: () => Instant;
  /** Told of what began or ended here, beside the channels. */
  readonly tell?: (episode: Pick<Episode, "rule" | "subject" | "message">) => void;
  /** How many times as fast the lake lives. @default 1 */
  readonly speed?: number;
}

/** A symptom that somebody is at work on is told of once it goes on for so long. */
const MENDING: Milliseconds = 15 * MINUTE;
/** After a source is back, what is late because of it is not told of for so long: it is being caught up with. */
const CATCHING_UP: Milliseconds = HOUR;
/** As long as the source is being asked, for so long. */
const LONGEST_CATCHING_UP: Milliseconds = DAY;
/** Among so many of the newest episodes one is looked for that has ended lately. */
const NEWEST = 200;
/** How long a source may take to say that it is back. */
const PROBE: Milliseconds = 20 * SECOND;

/** Tells people of what is wrong: finds it, begins and ends episodes, and delivers messages about them. */
export class Alerter implements Ticking {
  /** Its name in lines about it. */
  readonly name = "alerts";
  readonly #session: Session;
  /** The name of the lead in the groups of the graph. */
  readonly #lead: string;
  readonly #options: AlerterOptions;
  readonly #courier: Courier;
  readonly #results: KnownResults;
  /** Since when somebody is at work on what is wrong, by rule and subject, on the clock that counts only time awake. */
  readonly #mending = new Map<string, Milliseconds>();
  readonly #ended = new AbortController();
  readonly #life: LifeSign;
  #joined: { readonly of: AbortSignal; readonly with: AbortSignal } | undefined;
  #probing: Promise<void> | undefined;
  #wakes: Instant = -Infinity;

  /** @internal */
  constructor(session: Session, options: AlerterOptions) {
    this.#session = session;
    this.#lead = leadOf(session.index.nodes.map(({ asset }) => asset));
    this.#options = options;
    const { channels, speed = 1 } = options;
    this.#courier = new Courier(session, channels, speed);
    this.#results = new KnownResults(session.state, session.index);
    this.#life = new LifeSign(session.state.keyValue, this.#lead);
  }

  /** When something may be wrong or over although no event says so, or a delivery is to be tried again. */
  get wakes(): Instant {
    return Math.min(this.#wakes, this.#courier.wakes);
  }

  /**
   * Called by who requests what is due, after it has: a look, and a sign of life, which is missed where it is not called
   * again although something is due.
   */
  async tick(signal: AbortSignal): Promise<Tick> {
    await this.#look(signal, "asks");
    const at = this.#session.clock.now();
    await this.#life.beat({ at, due: this.#options.due?.() ?? Infinity });
    return { at, runs: [] };
  }

  /**
   * Called by who follows the one that asks: tells what is wrong with that one, and all that is wrong once it is missed.
   * Two who judge by different code would contradict each other.
   */
  async look(signal: AbortSignal): Promise<void> {
    await this.#look(signal, "follows");
  }

  /** Begins and ends episodes by how things are now; deliveries and the probes of sources go on by themselves. */
  async #look(signal: AbortSignal, place?: "asks" | "follows"): Promise<void> {
    const session = this.#session;
    const { index, clock } = session;
    await refresh(session);
    index.advance(clock.now());
    const view = await this.#view(place);
    const { rules } = this.#options;
    await this.#compare(
      view,
      place !== "follows" || view.missed.has(this.#lead)
        ? rules
        : rules.filter(({ byFollowers }) => byFollowers),
    );
    this.#courier.start(this.#until(signal));
    this.#probe(view);
    this.#wakes = this.#next(view);
  }

  /** The last look of who asks no more from now on, with all that it sets off: sources are probed, each channel is tried. */
  async settle(signal: AbortSignal): Promise<void> {
    this.#probe(await this.#view());
    await this.#probing;
    const leader = await this.#session.state.leader(this.#lead);
    await this.#look(signal, leader && "follows");
    if (leader === undefined) await this.#life.rest();
    await this.#courier.settled();
    await this.#probing;
  }

  /** Waits for the deliveries that are under way. */
  async close(): Promise<void> {
    await this.#courier.settled();
    this.#ended.abort();
    await this.#probing;
    await this.#life.rest();
  }

  /** A signal that ends with another one or with this, made once for each. */
  #until(signal: AbortSignal): AbortSignal {
    if (this.#joined?.of !== signal) {
      this.#joined = { of: signal, with: AbortSignal.any([signal, this.#ended.signal]) };
    }
    return this.#joined.with;
  }

  async #view(place?: "asks" | "follows"): Promise<AlertView> {
    const { state, index, clock } = this.#session;
    const { sources = [], sensors, automations = { schedules: [], sensors: [] } } = this.#options;
    let working: ReturnType<AlertView["atWork"]> | undefined;
    const stale = new StaleSince(state.keyValue);
    const late = new Map(await missed(state.keyValue, clock.now(), this.#options.speed));
    // Who requests runs by now, such as on a machine that slept, misses nobody in its own place.
    if (place === "asks") late.delete(this.#lead);
    const troubles = sources.map(async ({ health, asset }) => ({
      name: health.name,
      asset,
      trouble: await health.trouble(),
    }));
    return {
      index,
      atWork: () => working ??= atWork(state, index),
      sources: await Promise.all(troubles),
      staleSince: (node, ranges) => stale.of(node.key, ranges, index.now),
      sensors: await sensors?.() ?? [],
      automations: new Set([AUTOMATION, ...automations.schedules, ...automations.sensors]),
      failing: await failingTicks(state, automations),
      missed: late,
      stalled: await state.stalled(TICKS),
      results: (node, partitions) => this.#results.of(node, partitions),
    };
  }

  async #compare(view: AlertView, rules: readonly AlertRule[]): Promise<void> {
    const { state: { alerts }, clock } = this.#session;
    const { found, failed } = await findings(rules, view, this.#session);
    const open = await alerts.open();
    const { begin, change, end } = compare(open, found);
    const now = clock.now();
    for (const symptom of await this.#told(begin, view)) {
      const { rule, subject, severity, message } = symptom;
      const key = `${rule}:${subject}:${iso(now)}`;
      const episode = { key, rule, subject, severity, message, opened: now };
      if (await alerts.begin(episode, this.#courier.channels)) this.#options.tell?.(episode);
    }
    for (const [key, text] of change) await alerts.change(key, text);
    for (const episode of end) {
      if (failed.has(episode.rule) || !this.#isSeen(episode, view, rules)) continue;
      const message = over(episode, now);
      if (await alerts.end(episode.key, now, message)) this.#options.tell?.({ ...episode, message });
    }
  }

  /** Whether what is found here says anything of an episode; those of a rule that is no more are over. */
  #isSeen({ rule, subject }: Episode, view: AlertView, rules: readonly AlertRule[]): boolean {
    const isOf = ({ name }: AlertRule) => name === rule;
    if (!this.#options.rules.some(isOf)) return rules === this.#options.rules;
    // A rule that failed is its own subject.
    if (rule === subject) return rules.some(isOf);
    return rules.filter(isOf).some(({ sees }) => sees?.(view, subject) ?? true);
  }

  /** Those of which people are to be told now. */
  async #told(begin: readonly Found[], view: AlertView): Promise<Found[]> {
    const { clock } = this.#session;
    // Whoever is at work takes the machine's time.
    const patience = MENDING * (this.#options.speed ?? 1);
    const mending = new Set(begin.filter((each) => each.mending).map(nameOf));
    for (const name of this.#mending.keys()) if (!mending.has(name)) this.#mending.delete(name);
    const down = await this.#downLately(begin, view);
    return begin.filter((each) => {
      if (each.because !== undefined && down.has(each.because)) return false;
      if (!each.mending) return true;
      const since = this.#mending.get(nameOf(each)) ?? clock.awake();
      this.#mending.set(nameOf(each), since);
      return clock.awake() - since >= patience;
    });
  }

  /** The sources that are down, or were until lately. */
  async #downLately(begin: readonly Found[], view: AlertView): Promise<Set<string>> {
    const { sources, index } = view;
    const down = new Set(sources.filter(({ trouble }) => trouble?.isDown).map(({ name }) => name));
    if (begin.every(({ because }) => because === undefined)) return down;
    for (const { rule, subject, closed } of await this.#session.state.alerts.episodes(NEWEST)) {
      if (rule !== "source") continue;
      const ago = closed === null ? 0 : index.now - closed;
      const isAtWork = async () => {
        const asset = sources.find(({ name }) => name === subject)?.asset ?? "";
        return ((await view.atWork()).get(asset)?.length ?? 0) > 0;
      };
      const isLately = ago < CATCHING_UP || ago < LONGEST_CATCHING_UP && await isAtWork();
      if (0 <= ago && isLately) down.add(subject);
    }
    return down;
  }

  /** Asks the sources in trouble whether they answer, as far as it is time to. */
  #probe({ sources }: AlertView): void {
    const due = (this.#options.sources ?? []).filter(({ health: { name }, probe }) =>
      probe !== undefined && this.#nextProbe(sources, name) <= this.#session.clock.now()
    );
    if (due.length === 0) return;
    this.#probing ??= Promise.all(
      due.map(({ health, probe }) =>
        health.probe((signal) => this.#inTime(health.name, probe!, signal), this.#ended.signal)
      ),
    ).then(() => {}, () => {}).then(() => {
      this.#probing = undefined;
      this.#wakes = -Infinity;
    });
  }

  async #inTime(name: string, probe: Probe, cancel: AbortSignal): Promise<boolean> {
    const { signal, cause, end } = limited(this.#session.machine, PROBE, cancel);
    try {
      return await Promise.race([probe(signal), cause]);
    } catch (error) {
      if (!signal.aborted || cancel.aborted) throw error;
      throw new Error(`probing ${name}: no answer, wanted one within ${PROBE / SECOND} s`);
    } finally {
      end();
    }
  }

  #nextProbe(sources: AlertView["sources"], name: string): Instant {
    const trouble = sources.find((each) => each.name === name)?.trouble ?? null;
    return SourceHealth.next(trouble, this.#session.clock.now());
  }

  /** The next instant at which something may be wrong, or over, by time alone. */
  #next({ index, sources }: AlertView): Instant {
    const probes = (this.#options.sources ?? []).filter(({ probe }) => probe !== undefined)
      .map(({ health: { name } }) => this.#nextProbe(sources, name));
    const late = index.nodes.flatMap(({ asset: { freshness }, set }) => {
      if (freshness === null || !isTimeSet(set)) return [];
      return [freshness.within, ...(freshness.warn === undefined ? [] : [freshness.warn])].map((limit) =>
        set.window(set.at(index.now - milliseconds(limit))).end + milliseconds(limit) + 1
      );
    });
    return Math.min(Infinity, ...late, ...this.#probing === undefined ? probes : []);
  }
}

/** The message of an episode's end. */
function over({ opened, message }: Episode, now: Instant): string {
  const minutes = Math.max(0, Math.round((now - opened) / MINUTE));
  const hours = Math.floor(minutes / 60);
  const lasted = hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
  return `over after ${lasted}: ${message}`;
}
