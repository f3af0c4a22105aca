import type { AssetEvent, AssetKey, Materialized, NewEvent } from "../../core/event.ts";
import type { Intent } from "../../core/ports/state.ts";
import type { Made } from "./content.ts";
import { replay, Replayed, type Rows } from "./reference.ts";
import { AlertRules } from "./rules/alerts.ts";
import { AskingRule } from "./rules/asking.ts";
import { Claims } from "./rules/claims.ts";
import { Codes } from "./rules/codes.ts";
import { Publications } from "./rules/publications.ts";
import { onlyWithCause } from "./rules/failures.ts";
import { PaceRule } from "./rules/pace.ts";
import { PoolRule } from "./rules/pools.ts";
import { QueueRule } from "./rules/queue.ts";
import { RestRule } from "./rules/rest.ts";
import { newestOther } from "./rules/rollback.ts";
import { ScheduleRule } from "./rules/schedules.ts";
import { Work } from "./rules/work.ts";
import type { SimulatedLake } from "./lake.ts";

/** Something happened that must never happen. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** A commit as the state took it in. */
export interface Truth {
  readonly claim: number | null;
  readonly events: readonly NewEvent[];
  readonly intents?: readonly Intent[] | undefined;
  readonly reverted?: readonly number[] | undefined;
}

/** Sees all that truly happens, past every bug, and says when something must not. */
export class Oracle {
  /** Every event that was committed, whether or not its worker heard of it. */
  readonly log: AssetEvent[] = [];
  /** The inputs of the materializations that rollbacks and reports wrote. */
  readonly made = new Map<string, Made>();
  /** The first thing that must not have happened. */
  violated: Violation | undefined;
  readonly claims = new Claims(this);
  readonly codes = new Codes(this);
  readonly work = new Work(this);
  readonly queue = new QueueRule(this);
  readonly pools = new PoolRule(this);
  readonly rest = new RestRule(this);
  readonly asking = new AskingRule(this);
  readonly pace = new PaceRule(this);
  readonly schedules = new ScheduleRule(this);
  readonly alerts = new AlertRules(this);
  readonly publications: Publications;
  readonly #rows = new Replayed((event) => this.madeOf(event));

  constructor(readonly lake: SimulatedLake, isGuarded: (asset: AssetKey) => boolean) {
    this.publications = new Publications(this, lake, isGuarded);
  }

  /** The latest materializations now. */
  get rows(): Rows {
    return this.#rows.rows;
  }

  /** The latest materialization at an event number. */
  rowsAt(seq: number): Rows {
    return seq === this.log.length ? this.rows : replay(this.log.slice(0, seq), this.madeOf);
  }

  /** The inputs of a materialization: it tells them itself, unless it was a rollback. */
  readonly madeOf = (event: Materialized): Made => {
    const told = this.made.get(nameOf(event));
    if (told !== undefined) return told;
    const text = event.payload.metadata["made"];
    if (text?.type !== "text") throw this.violation(`${nameOf(event)} does not tell what it was made of`);
    return JSON.parse(text.value) as Made;
  };

  /** Whether a materialization did not tell itself what it was made of. */
  rolledBack(event: Materialized): boolean {
    return this.made.has(nameOf(event));
  }

  /** Keeps the violation, whatever becomes of the error on its way through the engine. */
  violation(message: string): Violation {
    const violation = new Violation(message);
    this.violated ??= violation;
    return violation;
  }

  /** Holds the state to what it acknowledges: the events are in the log, up to the number that it says. */
  acknowledged(events: readonly NewEvent[], seq: number): void {
    const there = this.log.slice(seq - events.length, seq);
    const same = there.length === events.length &&
      there.every(({ kind, asset }, i) => kind === events[i]!.kind && asset === events[i]!.asset);
    if (!same) throw this.violation(`the events up to ${seq} were acknowledged and are not in the log`);
  }

  committed(truth: Truth): void {
    const { claim, events, intents = [], reverted = [] } = truth;
    const asset = this.claims.committed(claim);
    for (const event of events) {
      if (event.kind === "failed") onlyWithCause(this, event);
      if (event.kind === "checked") this.publications.found(event);
      if (event.kind === "materialized") {
        if (this.rolledBack(event) && event.run !== null) newestOther(this, event);
        this.publications.published(event);
        this.#readTruly(event);
        this.#answeredAsOf(event);
        this.asking.recorded(event);
      }
      const numbered = { ...event, seq: this.log.length + 1 };
      this.log.push(numbered);
      this.#rows.apply(numbered);
    }
    for (const partition of reverted) this.publications.reverted(asset!, partition);
    this.publications.intended(intents);
    if (this.claims.isAdopted(claim)) this.publications.takenOver(truth);
  }

  /** Holds that a materialization read the latest content at the number that it says. */
  #readTruly(event: Materialized): void {
    const { reads } = this.madeOf(event);
    if (Object.keys(reads).length === 0) return;
    const rows = this.rowsAt(event.read);
    for (const [upstream, read] of Object.entries(reads)) {
      for (const [partition, dataVersion] of read) {
        const stood = rows.get(upstream)?.get(partition)?.event.dataVersion;
        if (stood === dataVersion) continue;
        throw this.violation(
          `"${event.asset}" read ${dataVersion} of "${upstream}" ${partition}, at ${event.read} stood ${stood}`,
        );
      }
    }
  }

  /** An answer that was given before is recorded with its own time. */
  #answeredAsOf(event: Materialized): void {
    const { asOf, run } = this.madeOf(event);
    if (asOf !== undefined && run === event.run && event.at !== asOf) {
      throw this.violation(
        `"${event.asset}" ${event.partition} was answered at ${asOf}, recorded at ${event.at}`,
      );
    }
  }
}

/** Names a materialization across its intent and its event. */
export function nameOf({ asset, partition, run, read, at }: Materialized): string {
  return JSON.stringify([asset, partition, run, read, at]);
}
