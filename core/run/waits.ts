import type { RunId } from "../event.ts";
import { keyRange } from "../partition/range_text.ts";
import type { LiveClaim } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import type { Session } from "./session.ts";

/** Something that another run holds: partitions, or a slot of a pool that is wanted for these. */
type Awaited = LiveClaim & { readonly pool?: string };

/** Tells once that another run's work on an asset is waited for, and once that it is no longer. Dispose of it. */
export class Waits implements Disposable {
  #held: { readonly run: RunId; readonly held: Awaited } | undefined;

  constructor(readonly session: Session, readonly node: Node) {}

  begin(run: RunId, held: Awaited): void {
    if (this.#held?.held.run === held.run && this.#held.held.pool === held.pool) return;
    this.end();
    this.#held = { run, held };
    this.#tell("waiting", this.#held);
  }

  end(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#tell("waited", held);
  }

  [Symbol.dispose](): void {
    this.end();
  }

  #tell(
    type: "waiting" | "waited",
    { run, held }: { readonly run: RunId; readonly held: Awaited },
  ): void {
    const { key: asset, set } = this.node;
    this.session.observe({
      run,
      type,
      asset,
      range: keyRange(set, held),
      holder: held.run,
      ...(held.pool !== undefined && { pool: held.pool }),
    });
  }
}
