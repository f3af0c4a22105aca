import type { Input, Materialization } from "../../core/mod.ts";

/** A dependency whose members are those that a function answers. */
export function givenInput(latest: () => readonly Materialization[]): Input {
  return {
    materializations: () => Promise.resolve(latest()),
    async *backwards() {
      yield* latest().toReversed();
    },
    members: () => [],
  };
}
