import { child } from "./child.ts";
import { writeDays } from "./dump_files.ts";
import { type Figure, median } from "./figure.ts";

const ROUNDS = 5;
const DAYS = 8;

/** Days of the dump to the two tables that its rows are sorted into, beside one bare statement. */
export async function dump(folder: string): Promise<Figure[]> {
  await writeDays(`${folder}/files`, DAYS);
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ["lake", "lake.sqlite", "bare"]) {
      await Deno.remove(`${folder}/${name}`, { recursive: true }).catch(() => {});
    }
    await Deno.mkdir(`${folder}/bare`);
    const made = await measure("made", folder);
    if (made.counts?.materialized !== 2 * DAYS) throw new Error(`making the dump: ${JSON.stringify(made)}`);
    ratios.push(made.ms / (await measure("bare", folder)).ms);
  }
  return [{
    name: "dump_ratio",
    value: median(ratios),
    unit: "",
    limit: 2.3,
    state: `${folder}/lake.sqlite`,
  }];
}

interface Measured {
  readonly ms: number;
  readonly counts?: { readonly materialized: number };
}

function measure(what: "made" | "bare", folder: string): Promise<Measured> {
  return child("dump_child.ts", [what, folder]);
}
