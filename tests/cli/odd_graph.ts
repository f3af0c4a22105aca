import { type Context, definer, graph as graphOf, type Input, type Output } from "../../core/mod.ts";

const { asset } = definer<undefined>();
type Given = Context<undefined, Record<string, Input>>;
type Code = (given: Given) => AsyncIterable<readonly Output[]>;

/** The assets' code, as tests set it. */
export const odd: { one: Code; two: Code } = { one: yielding([]), two: yielding([]) };

/** Code that yields a group, whatever it is. */
export function yielding(group: unknown): Code {
  return async function* () {
    await null;
    yield group as Output[];
  };
}

export const graph = graphOf([
  asset({ key: "odd/one", materialize: (given) => odd.one(given) }),
  asset({ key: "odd/two", materialize: (given) => odd.two(given) }),
]);
