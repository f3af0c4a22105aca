import type { Command } from "./context.ts";
import { print, printJson } from "./out.ts";
import { wholeNumber } from "./parse.ts";

export const simulate: Command = {
  summary: "serves the simulated OpenAQ API until it is ended by Ctrl-C",
  help: `
Usage: simulate [--port N] [--host H] [--seed S] [--sensors N] [--replay DIR]
                [--rate-per-minute N] [--rate-per-hour N] [--most-rows N] [--json]

--port N       default: 8787; 0 takes any that is free
--host H       default: 127.0.0.1
--seed S       another seed, other values; default: 1
--sensors N    default: 60
--replay DIR   answers with real ones, kept in a folder, in the place of generated stations:
               locations.json, an answer of /v3/locations, and measurements/SENSOR.json.gz, one of each sensor
--rate-per-minute N, --rate-per-hour N
               answers at most so many requests, 429 beyond; default: any number
--most-rows N  a window with more rows answers 408; default: any is answered

Example:
  deno task simulate --port 8787 --seed 7`,
  flags: {
    values: ["port", "host", "seed", "sensors", "replay", "rate-per-minute", "rate-per-hour", "most-rows"],
  },
  words: 0,
  async run(invocation, { stdout, signal }) {
    const number = (flag: string, least: number, most: number) => wholeNumber(invocation, flag, least, most);
    const [perMinute, perHour] = [number("rate-per-minute", 1, 1e9), number("rate-per-hour", 1, 1e9)];
    const replay = invocation.value("replay");
    const options = {
      hostname: invocation.value("host") ?? "127.0.0.1",
      port: number("port", 0, 65_535) ?? 8_787,
      seed: number("seed", 0, 2 ** 31) ?? 1,
      sensors: number("sensors", 1, 100_000) ?? 60,
      ...(replay !== undefined && { replay }),
      mostRows: number("most-rows", 1, 1e9) ?? Infinity,
      ...((perMinute ?? perHour) !== undefined && {
        limits: { perMinute: perMinute ?? Infinity, perHour: perHour ?? Infinity },
      }),
    };
    const app = await invocation.app();
    const { url, source, finished } = await app.simulate(options, signal);
    const env = { OPENAQ_API_URL: url, OPENAQ_API_KEY: "any-key" };
    if (invocation.json) printJson(stdout, { url, source, env });
    else {
      const set = Object.entries(env).map(([name, value]) => `${name}=${value}`).join(" ");
      print(stdout, `OpenAQ as ${source} at ${url}; to ask it: ${set} deno task materialize`);
    }
    await finished;
    return 0;
  },
};
