import { FILES_INTACT } from "../check.ts";
import type { Checked, NewEvent } from "../event.ts";
import { type Milliseconds, SECOND } from "../instant.ts";
import { contains, EVERYTHING, fromOrdinals, type Ranges } from "../partition/ranges.ts";
import type { Json } from "../ports/key_value.ts";
import { intactIn, type Node } from "../staleness/node.ts";
import { Comparison, inTurn } from "./compare.ts";
import { verify } from "./intact.ts";
import { commit, refresh, type Session } from "./session.ts";

/** How often who lasts looks at published files. */
export const WATCH_EVERY: Milliseconds = 30 * SECOND;
/** For so long each time, and so many partitions by a statement. */
const PATIENCE: Milliseconds = SECOND / 10;
const TOGETHER = 250;
/** So much is compared byte by byte each time. */
const COMPARED = { partitions: 100, bytes: 8 * 2 ** 20 };
/** So many bytes of what somebody looks at are compared while they wait. */
const SMALL = 2 * 2 ** 20;

/** Looks at published files while a process lasts, as whoever opens a lake does: others may damage them at any time. */
export class FileWatch {
  readonly #session: Session;
  readonly #records: boolean;
  /** How far files were looked for, and compared. */
  #looked: Json | undefined;
  #compared: Json | undefined;
  #next: Milliseconds = -Infinity;

  /** @param records Whether damage is recorded, for all to know; else this index alone judges by it. */
  constructor(session: Session, records: boolean) {
    this.#session = session;
    this.#records = records;
  }

  /** Looks at some of all files, from where it ended the last time; call it as often as you like: it looks now and then. */
  async round(): Promise<void> {
    const { machine, index: { nodes } } = this.#session;
    const now = machine.awake();
    if (now < this.#next) return;
    this.#next = now + WATCH_EVERY;
    await refresh(this.#session);
    for (const node of nodes) await this.#takeBack(node, EVERYTHING);
    await this.#look(now + PATIENCE);
    const comparison = new Comparison(this.#session, (events) => this.#take(events));
    this.#compared = await comparison.compare(inTurn(nodes, this.#compared), COMPARED) ?? this.#compared;
  }

  async #look(end: Milliseconds): Promise<void> {
    const { machine, index: { nodes } } = this.#session;
    for (const { node, partitions } of inTurn(nodes, this.#looked)) {
      for (let first = 0; first < partitions.length; first += TOGETHER) {
        const some = partitions.slice(first, first + TOGETHER);
        const { damaged } = await verify(this.#session, node, fromOrdinals(some), { by: "present" });
        if (damaged.length > 0) await this.#take(damaged);
        this.#looked = { asset: node.key, partition: some.at(-1)! };
        if (machine.awake() >= end) return;
      }
    }
  }

  /**
   * Looks at the files of some partitions at once: at all for their sizes, and at the bytes of what is small.
   *
   * @returns Those that are damaged.
   */
  async at(node: Node, ranges: Ranges): Promise<readonly Checked[]> {
    const { index, state } = this.#session;
    await this.#takeBack(node, ranges);
    const wanted = [...intactIn(node, ranges), ...this.#supposed(node, ranges)];
    if (wanted.length === 0) return [];
    const partitions = fromOrdinals(wanted.sort((a, b) => a - b));
    const sizes = (await state.materializations(node.key, partitions)).map(({ event: { payload } }) =>
      payload.files.reduce((sum, { size }) => sum + size, 0)
    );
    const isSmall = sizes.reduce((sum, size) => sum + size, 0) <= SMALL;
    const { damaged } = await verify(this.#session, node, partitions, { by: isSmall ? "intact" : "present" });
    await this.#take(damaged.filter(({ partition }) => !index.isDamaged(node, partition)));
    return damaged;
  }

  /** Partitions that only this index takes for damaged. */
  #supposed(node: Node, ranges: Ranges): number[] {
    const { index } = this.#session;
    return [...index.supposed(node)].filter((each) => index.isDamaged(node, each) && contains(ranges, each));
  }

  /** Supposes no more that files are damaged that are whole again. */
  async #takeBack(node: Node, ranges: Ranges): Promise<void> {
    const { index, state, clock } = this.#session;
    const supposed = this.#supposed(node, ranges).slice(0, TOGETHER).sort((a, b) => a - b);
    if (supposed.length === 0) return;
    const { damaged } = await verify(this.#session, node, fromOrdinals(supposed));
    const still = new Set(damaged.map(({ partition }) => partition));
    const whole = fromOrdinals(supposed.filter((partition) => !still.has(partition)));
    for (const { partition, seq: of, event } of await state.materializations(node.key, whole)) {
      const others = event.checks.filter(({ check }) => check !== FILES_INTACT);
      const checks = [{ check: FILES_INTACT, severity: "blocking", passed: true } as const, ...others];
      index.suppose({ kind: "checked", asset: node.key, at: clock.now(), run: null, partition, of, checks });
    }
  }

  async #take(damaged: readonly NewEvent[]): Promise<void> {
    if (damaged.length === 0) return;
    if (this.#records) return await commit(this.#session, { claim: null, events: damaged });
    for (const event of damaged) this.#session.index.suppose(event);
  }
}
