import type { Seq } from "../event.ts";
import type { Input, Materialization } from "../output.ts";
import { fromOrdinals, ordinals, type Ranges } from "../partition/ranges.ts";
import type { MaterializationRecord } from "../ports/state.ts";
import { type Edge, intactIn, membersOf, type Node } from "../staleness/node.ts";
import { backoff } from "./backoff.ts";
import { refresh, type Session } from "./session.ts";

/** Something was written after the inputs' state was noted: the step must judge and read anew. */
export class InputsMovedError extends Error {
  override readonly name = "InputsMovedError";
}

/** How often inputs may move, one time after the other, before that is an error. */
const MOST_MOVES = 20;
/** So many materializations are read by a statement. */
const TOGETHER = 200;
const PAUSE = { base: { seconds: 0.05 }, limit: { seconds: 5 } };

/** Does what reads inputs, and does it anew, with growing pauses, while these are written meanwhile. */
export async function onceStill<T>(
  session: Session,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let moves = 0;; moves++) {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof InputsMovedError) || moves === MOST_MOVES) throw cause;
      if (moves > 0) await session.clock.sleep(backoff(session, PAUSE, moves), signal);
      await refresh(session);
    }
  }
}

/** The inputs of a step, as of the event number at which they were noted. */
export class Inputs {
  /** The event number up to which everything read was written. */
  readonly read: Seq;
  readonly byName: Readonly<Record<string, Input>>;
  readonly #sums = new Map<number, Uint8Array>();

  constructor(readonly session: Session, readonly node: Node, readonly partitions: Ranges) {
    this.read = session.index.seq;
    if (node.summed.length > 0) {
      for (const partition of ordinals(partitions)) {
        this.#sums.set(partition, session.index.edgeSums(node, partition));
      }
    }
    this.byName = Object.fromEntries(node.up.map((edge) => [edge.name, this.#input(edge)]));
  }

  /** The sums over a partition's members, as its materialization records them. */
  sums(partition: number): Uint8Array {
    return this.#sums.get(partition) ?? NO_SUMS;
  }

  /** The latest materializations of the step's own partitions. */
  async own(): Promise<readonly Materialization[]> {
    const records = await this.session.state.materializations(this.node.key, this.partitions);
    return records.map((record) => materializationOf(this.node, record));
  }

  #input(edge: Edge): Input {
    const { session: { index: { now }, state } } = this;
    const members = membersOf(edge, this.partitions, now);
    const noted = edge.slot < 0 ? 0 : edge.up.rows.materialized(members);
    return {
      members: (partition): Ranges => edge.mapping.members(partition, now),
      materializations: async () => {
        const records = await state.materializations(edge.up.key, members);
        const moved = records.length !== noted || records.some((record) => record.seq > this.read);
        if (edge.slot >= 0 && moved) {
          throw new InputsMovedError(`"${edge.up.key}" was written while "${this.node.key}" read it`);
        }
        return records.map((record) => materializationOf(edge.up, record));
      },
      async *backwards() {
        const intact = intactIn(edge.up, members);
        while (intact.length > 0) {
          const last = intact.splice(-TOGETHER);
          const records = await state.materializations(edge.up.key, fromOrdinals(last));
          yield* records.toReversed().map((record) => materializationOf(edge.up, record));
        }
      },
    };
  }
}

const NO_SUMS = new Uint8Array(0);

/** A recorded materialization as an asset's code sees it. */
export function materializationOf(node: Node, { partition, event }: MaterializationRecord): Materialization {
  const { dataVersion, payload: { files, rows, metadata } } = event;
  return { partition, key: node.set.key(partition), dataVersion, files, rows, metadata };
}
