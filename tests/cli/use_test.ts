import { assertEquals, assertStringIncludes } from "@std/assert";
import { commands } from "../../cli/commands.ts";
import { CommandLine } from "./command_line.ts";

/** Wrong uses and what the one line on stderr says. */
const WRONG: readonly (readonly [args: readonly string[], says: string])[] = [
  [["materialise"], 'reading the command line: found the command "materialise", did you mean "materialize"?'],
  [["qqqqqqqqqq"], "wanted one of materialize, plan"],
  [["__proto__"], "wanted one of"],
  [["status", "--jsn"], 'reading "status": found the flag "--jsn", did you mean "--json"?'],
  [["status", "-x"], 'found the flag "-x", wanted one of --all, --check, --warn-error, --from, --to'],
  [["status", "--json=yes"], "wanted --json alone"],
  [["plan", "--from"], "found --from without a value, wanted one"],
  [["plan", "--from="], "found --from without a value"],
  [["plan", "--from", "2024-01-01", "--from", "2024-01-02"], "found --from 2 times, wanted it once"],
  [["plan", "--from", "yesterday"], '"yesterday"'],
  [["plan", "--from", "2024-02-30"], '"2024-02-30"'],
  [["plan", "--from", "2024-02-02", "--to", "2024-02-01"], "2024-02-0"],
  [["plan", "--partition", "nope"], 'partition "nope": found no such partition of the selected assets'],
  [["plan", "--partition", "2150-01-01"], 'partition "2150-01-01"'],
  [["plan", "--partition", "2024-01-01", "--to", "2024-01-02"], "found --partition beside --from or --to"],
  [["status", "vietnam/dev_mrt"], 'did you mean "vietnam/dev_mart"?'],
  [["status", "group:vietnm"], 'did you mean "vietnam"?'],
  [["status", "vietnam/dev_mart", "and"], 'selecting "and"'],
  [["inspect"], "found no statement, wanted either a statement or --file"],
  [["inspect", "SELECT 1", "--file", "x"], "found a statement beside --file"],
  [["inspect", "--file", "missing.sql"], 'found no file "missing.sql" that can be read'],
  [["inspect", "SELECT 1", "--format", "xml"], 'found "xml", wanted one of table, csv, json, parquet, arrow'],
  [["inspect", "SELECT 1", "--format", "csv", "--json"], 'found "csv" beside --json'],
  [["inspect", "COPY (SELECT 1) TO 'x'"], "found COPY, wanted one SELECT"],
  [["inspect", "SELECT * FROM nowhere"], 'reading "nowhere"'],
  [["runs", "nope"], 'found "nope", wanted list, show, logs, cancel, retry or release'],
  [["runs", "show"], "found no run, wanted a run's number"],
  [["runs", "show", "x"], 'found "x", wanted a run\'s number'],
  [
    ["runs", "logs", "1", "--limit", "3"],
    "wanted list [--limit N], show ID [ASSET] [--failed] [--limit N], logs ID",
  ],
  [["runs", "--failed"], 'found "" with more than it takes'],
  [["runs", "show", "1", "x", "y"], "found 4 arguments"],
  [["runs", "--limit", "0"], 'reading --limit: found "0", wanted a whole number of 1 to'],
  [["runs", "--force"], 'found "" with more than it takes'],
  [["runs", "release"], "found no run, wanted a run's number"],
  [["runs", "cancel", "x"], 'found "x", wanted a run\'s number'],
  [["runs", "retry", "1"], "found no such run, wanted one: there are none yet"],
  [["runs", "release", "1"], "found no such run, wanted one: there are none yet"],
  [["runs", "show", "1"], "found no such run, wanted one: there are none yet"],
  [["rollback"], "found no asset, wanted one"],
  [["wipe"], "found no selection"],
  [["prune", "--force"], 'found the flag "--force"'],
  [["doctor", "now"], 'found 1 arguments ("now"), wanted none'],
  [["simulate", "--port", "x"], 'reading --port: found "x", wanted a whole number of 0 to 65535'],
];

Deno.test("wrong use ends with 2 and one line that says what was found and what was wanted", async () => {
  await using line = await CommandLine.open();
  for (const [args, says] of WRONG) {
    const { code, stderr, stdout } = await line.run(args);
    const lines = stderr.trimEnd().split("\n").filter((each) => !each.startsWith("note: "));
    assertEquals([args, code, lines.length], [args, 2, 1]);
    assertStringIncludes(lines[0]!, says);
    if (args.includes("--json")) continue;
    assertEquals(stdout.split("\n").filter((each) => each !== "" && !each.startsWith("note: ")), []);
  }
  assertEquals([...Deno.readDirSync(line.cwd)], []);
});

Deno.test("every command says how it is used", async () => {
  await using line = await CommandLine.open();
  for (const name of Object.keys(commands)) {
    const { code, stdout, stderr } = await line.run([name, "--help"]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `Usage: ${name}`);
    assertStringIncludes(stdout, "Example");
  }
  const overview = await line.run(["--help"]);
  assertEquals(overview.code, 0);
  for (const name of Object.keys(commands)) assertStringIncludes(overview.stdout, name);
  assertEquals((await line.run([])).code, 2);
});

Deno.test("a bad configuration ends every command with 2, all faults named, secrets masked", async () => {
  await using line = await CommandLine.open();
  const env = { OPENAQ_API_KEY: "my secret", OPENAQ_RATE_PER_HOUR: "x", PIPELINE_ENV: "test" };
  const { code, stderr, stdout, json } = await line.run(["status", "--json"], { env });
  assertEquals([code, json.errors.length], [2, 3]);
  assertEquals(stderr.trimEnd().split("\n").length, 3);
  assertEquals((stdout + stderr).includes("my secret"), false);
});
