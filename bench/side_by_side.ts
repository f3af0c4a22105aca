import { systemClock as clock } from "../app/system.ts";
import { generated } from "../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../sources/openaq/simulator/simulated.ts";
import { type Figure, median, timed } from "./figure.ts";

const DAY = ["--from", "2024-01-01", "--to", "2024-01-01"];
const MARCH = ["--from", "2024-03-01", "--to", "2024-03-31"];
const MAY = ["--from", "2024-05-01", "--to", "2024-05-31"];
const PAIRS = 5;
/** About as long as OpenAQ takes for a page, in milliseconds. */
const ANSWERS_WITHIN = 300;

/** Two processes that make a month each on one lake, beside one that makes a month alone. */
export async function sideBySide(folder: string): Promise<Figure[]> {
  const answer = simulatedOpenAQ({ dataset: generated(), clock });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await clock.sleep(ANSWERS_WITHIN);
    return await answer(request);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const one = await month(`${folder}/one_${pair}`, [MARCH]);
    ratios.push(await month(`${folder}/two_${pair}`, [MARCH, MAY]) / one);
  }
  return [{ name: "side_by_side_ratio", value: median(ratios), unit: "", limit: 1.4 }];

  async function month(lake: string, months: readonly string[][]): Promise<number> {
    await materialize(lake, DAY);
    return await timed(() => Promise.all(months.map((range) => materialize(lake, range))));
  }

  async function materialize(lake: string, range: readonly string[]): Promise<void> {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "main.ts", "materialize", ...range],
      env: {
        LAKE_URL: `${lake}/lake`,
        STATE_URL: `${lake}/lake.sqlite`,
        OPENAQ_API_URL: url,
        OPENAQ_API_KEY: "any-key",
        OPENAQ_RATE_PER_MINUTE: "100000",
        OPENAQ_RATE_PER_HOUR: "1000000",
      },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }
}
