import type { AssetKey, Event, Materialized, NewEvent, RunId } from "../../core/event.ts";
import type { Intent } from "../../core/ports/state.ts";
import type { Range } from "../../core/partition/ranges.ts";
import { contentOf, type Made } from "./content.ts";
import { replay } from "./reference.ts";
import type { Lake } from "./lake.ts";
import type { Actor } from "./turns.ts";

/** Something happened that must never happen. */
export class Violation extends Error {
  override readonly name = "Violation";
}

interface Work extends Range {
  readonly actor: Actor;
  readonly asset: AssetKey;
  readonly run: RunId;
  readonly signal: AbortSignal;
}

/** Sees all that truly happens, past every bug, and says when something must not. */
export class Oracle {
  /** Every event that was committed, whether or not its worker heard of it. */
  readonly log: Event[] = [];
  /** What the materializations that rollbacks and reports wrote were made of. */
  readonly made = new Map<string, Made>();
  /** The first thing that must not have happened. */
  violated: Violation | undefined;
  readonly #intents = new Map<string, Intent>();
  readonly #passed = new Set<string>();
  readonly #work = new Set<Work>();
  /** Claims that were taken from workers that live, and whose they were: run and asset. */
  readonly #lost = new Set<number>();
  readonly #robbed = new Set<string>();

  constructor(readonly lake: Lake, readonly isGuarded: (asset: AssetKey) => boolean) {
    lake.changing = (path, content) => this.#changing(path, content);
  }

  /** What a materialization was made of: it tells itself, unless it was a rollback. */
  readonly madeOf = (event: Materialized): Made => {
    const told = this.made.get(nameOf(event));
    if (told !== undefined) return told;
    const text = event.payload.metadata["made"];
    if (text?.type !== "text") throw this.#violation(`${nameOf(event)} does not tell what it was made of`);
    return JSON.parse(text.value) as Made;
  };

  /** Whether a materialization did not tell itself what it was made of. */
  rolledBack(event: Materialized): boolean {
    return this.made.has(nameOf(event));
  }

  /** What was violated stays so, whatever becomes of the error on its way through the engine. */
  #violation(message: string): Violation {
    const violation = new Violation(message);
    this.violated ??= violation;
    return violation;
  }

  /** User code begins with partitions. @returns To be called when it ends. */
  begin(actor: Actor, asset: AssetKey, range: Range, run: RunId, signal: AbortSignal): () => void {
    const work: Work = { actor, asset, ...range, run, signal };
    if (this.#robbed.has(`${run} ${asset}`)) return () => {};
    for (const other of this.#work) {
      if (!other.actor.alive || other.signal.aborted || other.asset !== asset) continue;
      if (other.from <= range.to && range.from <= other.to) {
        throw this.#violation(
          `runs ${other.run} and ${run} are both at work on "${asset}" ${range.from}..${range.to}`,
        );
      }
    }
    this.#work.add(work);
    return () => this.#work.delete(work);
  }

  /** A claim ended; what user code does after its last output is not work on the partitions. */
  released(actor: Actor, asset: AssetKey, ranges: readonly Range[]): void {
    for (const work of this.#work) {
      const within = ranges.some(({ from, to }) => from <= work.from && work.to <= to);
      if (work.actor === actor && work.asset === asset && within) this.#work.delete(work);
    }
  }

  lose(token: number, run: RunId, asset: AssetKey): void {
    this.#lost.add(token);
    this.#robbed.add(`${run} ${asset}`);
    for (const work of this.#work) if (work.run === run && work.asset === asset) this.#work.delete(work);
  }

  /** Holds the state to what it acknowledges: the events are in the log, up to the number that it says. */
  acknowledged(events: readonly NewEvent[], seq: number): void {
    const there = this.log.slice(seq - events.length, seq);
    const same = there.length === events.length &&
      there.every(({ kind, asset }, i) => kind === events[i]!.kind && asset === events[i]!.asset);
    if (!same) throw this.#violation(`the events up to ${seq} were acknowledged and are not in the log`);
  }

  /** A blocking check let a file pass. */
  pass(content: string): void {
    this.#passed.add(content);
  }

  committed(
    { claim, events, intents = [], reverted = [], asset }: {
      readonly claim: number | null;
      readonly events: readonly NewEvent[];
      readonly intents?: readonly Intent[] | undefined;
      readonly reverted?: readonly number[] | undefined;
      /** That of the claim. */
      readonly asset: AssetKey | undefined;
    },
  ): void {
    if (claim !== null && this.#lost.has(claim)) {
      throw this.#violation(`claim ${claim} was lost, and still something was committed under it`);
    }
    for (const event of events) {
      if (event.kind === "materialized") {
        this.#settled(`${event.asset} ${event.partition}`, true);
        this.#readTruly(event);
      }
      this.log.push({ ...event, seq: this.log.length + 1 });
    }
    for (const partition of reverted) this.#settled(`${asset} ${partition}`, false);
    for (const intent of intents) {
      this.#intents.set(`${intent.event.asset} ${intent.event.partition}`, intent);
    }
  }

  /** An intent ends with all its files in place, or, given up, with none of them. */
  #settled(name: string, published: boolean): void {
    const intent = this.#intents.get(name);
    this.#intents.delete(name);
    for (const { path, hash } of intent?.measured ?? []) {
      const there = this.lake.files.get(path) === hash;
      if (published && !there) throw this.#violation(`"${path}" was committed and is not in place`);
      if (!published && there && !this.#stood(intent!, path, hash)) {
        throw this.#violation(`"${path}" was given up and is in place`);
      }
    }
  }

  /** Whether a file had this content before; what a wipe left behind may have any. */
  #stood({ event: { asset, partition }, replacements }: Intent, path: string, content: string): boolean {
    const standing = replacements.find(({ final }) => final === path)?.standing;
    if (standing !== undefined) {
      return content === contentOf(asset, partition, standing.dataVersion, parsePath(path).place);
    }
    return this.log.some((event) => event.kind === "wiped" && event.asset === asset);
  }

  /** What a materialization read is what stood at the number that it says. */
  #readTruly(event: Materialized): void {
    const rows = replay(this.log.slice(0, event.read), this.madeOf);
    for (const [upstream, read] of Object.entries(this.madeOf(event).reads)) {
      for (const [partition, dataVersion] of read) {
        const stood = rows.get(upstream)?.get(partition)?.event.dataVersion;
        if (stood === dataVersion) continue;
        throw this.#violation(
          `"${event.asset}" read ${dataVersion} of "${upstream}" ${partition}, at ${event.read} stood ${stood}`,
        );
      }
    }
  }

  /** A publication or a revert may change a file that readers see only to what was intended, or back; and audited. */
  #changing(path: string, content: string | undefined): void {
    const { asset, partition, place } = parsePath(path);
    if (content === undefined) return;
    if (this.isGuarded(asset) && !this.#passed.has(content)) {
      throw this.#violation(`"${content}" was published without having passed its checks`);
    }
    const intent = this.#intents.get(`${asset} ${partition}`);
    const wanted = [...intent?.measured ?? []].some((ref) => ref.path === path && ref.hash === content);
    const standing = intent?.replacements.find(({ final }) => final === path)?.standing;
    const before = standing !== undefined &&
      content === contentOf(asset, partition, standing.dataVersion, place);
    if (!wanted && !before) {
      throw this.#violation(`"${path}" became "${content}", which nobody had announced`);
    }
  }
}

/** Names a materialization across its intent and its event. */
export function nameOf({ asset, partition, run, read, at }: Materialized): string {
  return JSON.stringify([asset, partition, run, read, at]);
}

export function parsePath(path: string): { asset: AssetKey; partition: number; place: number } {
  const [, group, name, partition, place] = path.split("/");
  return { asset: `${group}/${name}`, partition: Number(partition), place: Number(place) };
}
