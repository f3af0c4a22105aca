import type { Episode } from "../../../core/ports/alerts.ts";
import type { AlertMessage } from "../../../core/ports/channel.ts";
import type { Oracle } from "../oracle.ts";
import type { Actor } from "../turns.ts";

/** A message that somebody has in hand. */
interface InHand {
  readonly actor: Actor;
  readonly name: string;
}

/** One episode at a time of a rule and a subject; one message of its beginning and one of its end, again only where it may not have arrived. */
export class AlertRules {
  readonly #open = new Map<string, Pick<Episode, "key" | "rule" | "subject">>();
  readonly #ended = new Set<string>();
  readonly #channels = new Map<string, readonly string[]>();
  /** By number, those that were taken and of which nothing is noted yet. */
  readonly #inHand = new Map<number, InHand>();
  /** How often each was sent. */
  readonly #sent = new Map<string, number>();
  readonly #delivered = new Set<string>();

  constructor(readonly oracle: Oracle) {}

  began(episode: Pick<Episode, "key" | "rule" | "subject">, channels: readonly string[]): void {
    const { key, rule, subject } = episode;
    for (const other of this.#open.values()) {
      if (other.rule !== rule || other.subject !== subject) continue;
      throw this.oracle.violation(`"${other.key}" goes on, and "${key}" began`);
    }
    if (this.#channels.has(key)) throw this.oracle.violation(`"${key}" began twice`);
    this.#open.set(key, episode);
    this.#channels.set(key, channels);
  }

  ended(key: string): void {
    if (!this.#open.delete(key)) throw this.oracle.violation(`"${key}" ended, and did not go on`);
    this.#ended.add(key);
  }

  taken(actor: Actor, id: number, channel: string, message: Pick<AlertMessage, "key" | "event">): void {
    const name = nameOf(channel, message);
    const before = this.#inHand.get(id);
    if (before?.actor.alive) {
      throw this.oracle.violation(`${name} of ${before.actor.name}, who lives, was taken by ${actor.name}`);
    }
    if (this.#delivered.has(name)) {
      throw this.oracle.violation(`${name} was delivered, and taken by ${actor.name}`);
    }
    this.#inHand.set(id, { actor, name });
  }

  settled(id: number, fault: string | null): void {
    const taken = this.#inHand.get(id);
    this.#inHand.delete(id);
    if (taken === undefined || fault !== null) return;
    if (!this.#sent.has(taken.name)) {
      throw this.oracle.violation(`${taken.name} is noted, and was never sent`);
    }
    this.#delivered.add(taken.name);
  }

  /** The actor's handle was closed: what it had in hand is another's. */
  closed(actor: Actor): void {
    for (const [id, each] of this.#inHand) if (each.actor === actor) this.#inHand.delete(id);
  }

  sent(channel: string, message: Pick<AlertMessage, "key" | "event">): void {
    const { key, event } = message;
    const name = nameOf(channel, message);
    if (!this.#channels.has(key)) throw this.oracle.violation(`${name} is of no episode`);
    if (event === "closed" && !this.#ended.has(key)) {
      throw this.oracle.violation(`${name} was told before it was so`);
    }
    if (event === "closed" && !this.#sent.has(nameOf(channel, { key, event: "opened" }))) {
      throw this.oracle.violation(`${name} was told before its beginning`);
    }
    this.#sent.set(name, (this.#sent.get(name) ?? 0) + 1);
  }

  /** All that began was told to each channel, and what is over, too; what goes on does so for a reason. */
  atRest(isWrong: (episode: Pick<Episode, "rule" | "subject">) => boolean): void {
    for (const episode of this.#open.values()) {
      if (!isWrong(episode)) throw this.oracle.violation(`"${episode.key}" goes on, and nothing is wrong`);
    }
    for (const [key, channels] of this.#channels) {
      for (const channel of channels) {
        for (const event of this.#ended.has(key) ? ["opened", "closed"] as const : ["opened"] as const) {
          const name = nameOf(channel, { key, event });
          if (!this.#delivered.has(name)) throw this.oracle.violation(`${name} was never delivered`);
        }
      }
    }
  }
}

function nameOf(channel: string, { key, event }: Pick<AlertMessage, "key" | "event">): string {
  return `the message to ${channel} that "${key}" ${event}`;
}
