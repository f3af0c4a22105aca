import { roll } from "./trivial.ts";

/** The graph of the tick figures, for the command line: `GRAPH=bench/roll.ts`. */
export const graph = roll();
