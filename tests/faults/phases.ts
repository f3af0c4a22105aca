import { looking } from "./at_once.ts";
import { filesBelow } from "./content.ts";
import { still } from "./ended_well.ts";
import { Gate } from "./gate.ts";
import type { Place } from "./place.ts";
import type { Program } from "./program.ts";
import type { Surrounded } from "./surrounded.ts";
import { pause, until } from "./until.ts";

/** What a daemon may be at when it is told to end. */
export interface Phase {
  readonly name: string;
  /** Makes the phase last; called before the daemon begins. */
  readonly prepare: (lake: Surrounded) => Prepared;
  /** The time of grace, in seconds. @default 60 */
  readonly grace?: number;
  /** What it ends with. @default 0 */
  readonly code?: number;
}

interface Prepared {
  /** A module to run first, by which the daemon tells itself. @default it is told once the phase is reached */
  readonly preload?: string;
  readonly reached?: (program: Program) => Promise<void>;
  /** Called once the daemon was told. */
  readonly told?: (program: Program) => void | Promise<void>;
  /** Called once it has ended. */
  readonly ended?: () => void;
}

/** Requests that are answered before others are held: a part of a batch's, and more than its first hours need. */
const [FEW, SOME] = [12, 70];
/** A further signal within a second is the same. */
const FURTHER = 1_100;

export const phases: readonly Phase[] = [
  {
    name: "while it opens the lake",
    prepare: ({ place }) => ({
      preload: tellingItself({ name: "stat", path: `${place.lake}/_airgraph.json` }),
    }),
  },
  {
    name: "while it ticks",
    prepare({ server }) {
      const gate = new Gate(server, ({ url }) => url.includes("/v3/countries"));
      return { reached: () => until("a probe", () => gate.held > 0), ended: () => gate.open() };
    },
  },
  {
    name: "while a step asks, with the time to hear the answers",
    prepare({ server }) {
      const gate = new Gate(server, FEW);
      return { reached: () => until("questions", () => gate.held > 0), told: () => gate.open() };
    },
  },
  {
    name: "while a step asks, without that time",
    grace: 1,
    prepare({ server }) {
      const gate = new Gate(server, FEW);
      return { reached: () => until("questions", () => gate.held > 0), ended: () => gate.open() };
    },
  },
  {
    name: "between two groups of a batch",
    grace: 1,
    prepare({ server, place }) {
      const gate = new Gate(server, SOME);
      const isBetween = async () => gate.held > 0 && await areHoursMade(place);
      return { reached: () => until("some hours", isBetween), ended: () => gate.open() };
    },
  },
  {
    name: "while hours are published",
    prepare: () => ({
      preload: tellingItself({ name: "rename", like: String.raw`_staging/\d+/.*hour=`, nth: "5" }),
    }),
  },
  {
    name: "while a mart is evaluated",
    prepare: ({ place }) => ({ reached: () => until("a mart that is staged", () => isMartStaged(place)) }),
  },
  {
    name: "while a mart is published",
    prepare: () => ({
      preload: tellingItself({ name: "rename", like: String.raw`_staging/\d+/.*\.parquet$` }),
    }),
  },
  {
    name: "while a message is delivered",
    prepare({ hook }) {
      const over = Promise.withResolvers<void>();
      hook.answer = () => over.promise.then(() => new Response());
      return { reached: () => until("a message", () => hook.got.length > 0), ended: () => over.resolve() };
    },
  },
  {
    name: "while there is nothing to do",
    prepare: ({ place }) => ({
      async reached(program) {
        await program.says(/leads: asks/);
        await until("runs", async () => (await place.ask(["runs"])).length > 2);
        await still(place);
      },
    }),
  },
  {
    name: "twice",
    code: 130,
    prepare({ server }) {
      const gate = new Gate(server, FEW);
      return {
        reached: () => until("questions", () => gate.held > 0),
        async told(program) {
          await program.says(/^.*ends: /m);
          await pause(FURTHER);
          program.signal("SIGTERM");
        },
        ended: () => gate.open(),
      };
    },
  },
];

/** A module to run first that tells the program itself to end when it makes a call. */
function tellingItself(call: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({ nth: "1", ...call, signal: "SIGTERM" });
  return `${import.meta.resolve("./halting.ts")}?${query}`;
}

async function areHoursMade(place: Place): Promise<boolean> {
  const events = await looking(place, (state) => state.since(0));
  return events.some(({ kind, asset }) => kind === "materialized" && asset === "vietnam/raw_prod");
}

function isMartStaged({ lake }: Place): boolean {
  return [...filesBelow(`${lake}/_staging`)].some((path) => /_staging\/\d+\/.*\.parquet/.test(path));
}
