import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl } from "@std/path";
import type { Materialization, Output } from "../../core/mod.ts";
import { CommandLine } from "./command_line.ts";
import { odd, yielding } from "./odd_graph.ts";

const env = { GRAPH: fromFileUrl(new URL("./odd_graph.ts", import.meta.url)) };
const ONE = { partition: 0, dataVersion: "1" };

/** Writes a text as a staged file. @returns Its path below the lake. */
async function staged(line: CommandLine, staging: string, text: string): Promise<string> {
  const path = `${staging}/${crypto.randomUUID()}`;
  const local = `${line.cwd}/lake-simulated/${path}`;
  await Deno.mkdir(dirname(local), { recursive: true });
  await Deno.writeTextFile(local, text);
  return path;
}

const odds: Record<string, { code: (...given: never[]) => unknown; line: string }> = {
  "a promise": {
    code: () => Promise.reject(new Error("forgot the star")),
    line:
      "found a promise in the place of groups of outputs, wanted an async generator (`async *materialize`)",
  },
  "an array": {
    code: () => [ONE],
    line:
      "found an array in the place of groups of outputs, wanted an async generator (`async *materialize`)",
  },
  "nothing": {
    code: () => undefined,
    line:
      "found undefined in the place of groups of outputs, wanted an async generator (`async *materialize`)",
  },
  "null in a group": {
    code: yielding([null]),
    line: "found null in a group, wanted an output or a failure",
  },
  "a text in a group": {
    code: yielding(["x"]),
    line: 'found "x" in a group, wanted an output or a failure',
  },
  "a field that is none": {
    code: yielding([{ ...ONE, files: [] }]),
    line:
      'found the field "files" of the partition, wanted only partition, dataVersion, rows, metadata, staged, alongside, kept, asOf',
  },
  "metadata without type": {
    code: yielding([{ ...ONE, metadata: { rows: 5 } }]),
    line: 'found the metadata "rows" of the partition, wanted { type, value }',
  },
  "staged: null": {
    code: yielding([{ ...ONE, staged: null }]),
    line: "found staged null of the partition, wanted an array of files",
  },
  "a file that was never staged": {
    code: yielding([{ ...ONE, staged: [{ final: "zone/a", temporary: "_staging/none" }] }]),
    line: 'staging "zone/a": found nothing at "_staging/none", wanted a regular file',
  },
};
for (
  const final of ["/etc/x", "../x", "zone/../../x", "zone//x", "zone\\..\\x", "alone", "zone/_versions/x"]
) {
  const line = `found the place ${JSON.stringify(final)} for a file of the partition, ` +
    'wanted a path below a zone of the lake, such as "zone/name.parquet"';
  odds[`the place ${final}`] = {
    code: yielding([{ ...ONE, staged: [{ final, temporary: "_staging/x" }] }]),
    line,
  };
}

for (const [what, { code, line: wanted }] of Object.entries(odds)) {
  Deno.test(`an asset's code that answers ${what} has failed, in one line that says so`, async () => {
    await using line = await CommandLine.open();
    odd.one = code as unknown as typeof odd.one;
    const { code: exit, stderr } = await line.run(["materialize", "odd/one", "--json"], { env });
    const action = wanted.startsWith("staging") ? "" : 'materializing "odd/one": ';
    assertEquals([exit, stderr], [1, `odd/one: ${action}${wanted}\n`]);
    const { json } = await line.run(["status", "odd/one", "--json"], { env });
    assertEquals(json.assets[0].partitions.failed, 1);
  });
}

Deno.test("a file that an output keeps is published again only as long as it is whole", async () => {
  for (const damage of ["gone", "other bytes", undefined]) {
    await using line = await CommandLine.open();
    odd.one = async function* ({ staging, materializations }) {
      const [before] = await materializations() as (Materialization | undefined)[];
      const name = before === undefined ? "first" : "second";
      const file = { final: `zone/${name}`, temporary: await staged(line, staging, name) };
      yield [{ partition: 0, dataVersion: name, staged: [file], kept: before?.files ?? [] }];
    };
    assertEquals((await line.run(["materialize", "odd/one"], { env })).code, 0);
    const first = `${line.cwd}/lake-simulated/zone/first`;
    if (damage === "gone") await Deno.remove(first);
    else if (damage !== undefined) await Deno.writeTextFile(first, damage);
    const { code, stderr } = await line.run(["materialize", "odd/one", "--force"], { env });
    const status = await line.run(["status", "odd/one", "--json"], { env });
    const { fresh, blocked } = status.json.assets[0].partitions;
    if (damage === undefined) {
      assertEquals([code, stderr, fresh], [0, "", 1]);
      continue;
    }
    assertEquals([code, fresh, blocked], [1, 0, 1]);
    assertEquals(
      stderr,
      'odd/one: check "files_intact" failed: found "zone/first" missing or with other bytes, ' +
        "wanted the file that was published\n",
    );
  }
});

Deno.test("a link or a folder is no staged file", async () => {
  await using line = await CommandLine.open();
  const outside = `${line.cwd}/outside`;
  await Deno.writeTextFile(outside, "not of the lake");
  for (const what of ["link", "folder"]) {
    odd.one = async function* ({ staging }): AsyncIterable<Output[]> {
      const temporary = `${staging}/${what}`;
      const local = `${line.cwd}/lake-simulated/${temporary}`;
      await Deno.mkdir(dirname(local), { recursive: true });
      if (what === "link") await Deno.symlink(outside, local);
      else await Deno.mkdir(local);
      yield [{ ...ONE, staged: [{ final: "zone/one", temporary }] }];
    };
    const { code, stderr } = await line.run(["materialize", "odd/one"], { env });
    const found = new RegExp(
      `^odd/one: staging "zone/one": found a ${what} at "_staging/\\d+/1-0/${what}", wanted a regular file\n$`,
    );
    assertEquals([code, found.test(stderr)], [1, true], stderr);
    assertEquals(
      await line.run(["status", "odd/one", "--json"], { env }).then(({ json }) =>
        json.assets[0].partitions.failed
      ),
      1,
    );
  }
  assertEquals(await Deno.readTextFile(outside), "not of the lake");
});

Deno.test("a file of another asset is neither replaced nor taken away, until that asset gives it up", async () => {
  await using line = await CommandLine.open();
  odd.one = async function* ({ staging }) {
    yield [{ ...ONE, staged: [{ final: "zone/file", temporary: await staged(line, staging, "one") }] }];
  };
  const changes: Record<string, (staging: string) => Promise<Output["staged"]>> = {
    replaced: async (staging) => [{ final: "zone/file", temporary: await staged(line, staging, "two") }],
    "taken away": () => Promise.resolve([{ final: "zone/file", absent: true }]),
  };
  const refused = 'odd/two: publishing "zone/file": found it to be a file of odd/one, ' +
    "wanted a path that no other partition has, or that one wiped\n";
  for (const change of Object.values(changes)) {
    odd.two = async function* ({ staging }) {
      yield [{ ...ONE, staged: (await change(staging))! }];
    };
    await line.run(["materialize", "odd/one"], { env });
    for (let time = 0; time < 2; time++) {
      const { code, stderr } = await line.run(["materialize", "odd/two"], { env });
      assertEquals([code, stderr], [1, refused]);
      assertEquals(await Deno.readTextFile(`${line.cwd}/lake-simulated/zone/file`), "one");
    }
    const { json } = await line.run(["status", "--json"], { env });
    assertEquals(
      json.assets.map(({ partitions }: { partitions: Record<string, number> }) => [
        partitions.fresh,
        partitions.failed,
      ]),
      [[1, 0], [0, 1]],
    );
    assertEquals((await line.run(["check"], { env })).code, 0);
    await line.run(["wipe", "odd/one"], { env });
    assertEquals((await line.run(["materialize", "odd/two"], { env })).code, 0);
    await line.run(["wipe", "odd/two"], { env });
  }
});

Deno.test("code that throws after its last output is seen in status until it succeeds", async () => {
  await using line = await CommandLine.open();
  const run = (...args: string[]) => line.run(args, { env });
  odd.one = async function* () {
    yield [ONE];
    throw await new Error("the index was not rebuilt");
  };
  const made = await run("materialize", "odd/one");
  assertEquals([made.code, made.stderr], [1, "odd/one: the index was not rebuilt\n"]);
  const check = await run("status", "odd/one", "--check", "--json");
  assertEquals([check.code, check.stderr], [1, "odd/one: found 1 failed, wanted all fresh\n"]);
  assertEquals(check.json.assets[0].warnings[0], {
    partition: null,
    message: "the index was not rebuilt; what stands is fresh, and made again only by force",
  });
  odd.one = yielding([ONE]);
  const says = "odd/one: the index was not rebuilt; what stands is fresh, and made again only by force";
  assertStringIncludes((await run("plan", "odd/one")).stdout, `note: ${says}\n`);
  const nothing = await run("materialize", "odd/one", "--json");
  assertEquals([nothing.json.status, nothing.json.warnings[0]], ["nothing_to_do", says]);
  assertEquals((await run("materialize", "odd/one", "--force")).code, 0);
  assertEquals((await run("status", "odd/one", "--check")).code, 0);
  assertEquals((await run("plan", "odd/one")).stdout, "nothing to do: everything selected is fresh\n");
});

Deno.test("the log of a run has the place of a mistake in the code of a graph, and none of what it throws on purpose", async () => {
  await using line = await CommandLine.open();
  const nothing: unknown = {};
  odd.one = async function* () {
    await null;
    yield (nothing as { rows(): [] }).rows();
  };
  assertEquals((await line.run(["materialize", "odd/one"], { env })).code, 1);
  const { stdout } = await line.run(["runs", "logs", "1"], { env });
  assertMatch(stdout, /error step 1: .*rows is not a function at="file:[^"]*odd_graph_test\.ts:\d+:\d+"/);
  odd.one = yielding([null]);
  await line.run(["materialize", "odd/one"], { env });
  assertNotMatch((await line.run(["runs", "logs", "2"], { env })).stdout, / at=/);
});
