import type { LiveClaim } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { keyRange, type Session } from "./session.ts";

/** Tells once that another run's work on an asset is waited for, and once that it is no longer. Dispose of it. */
export class Waits implements Disposable {
  #held: LiveClaim | undefined;

  constructor(readonly session: Session, readonly node: Node) {}

  begin(held: LiveClaim): void {
    if (this.#held?.run === held.run) return;
    this.end();
    this.#held = held;
    this.#tell("waiting", held);
  }

  end(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#tell("waited", held);
  }

  [Symbol.dispose](): void {
    this.end();
  }

  #tell(type: "waiting" | "waited", held: LiveClaim): void {
    this.session.observe({ type, asset: this.node.key, range: keyRange(this.node, held), run: held.run });
  }
}
