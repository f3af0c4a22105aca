import { assertEquals } from "@std/assert";
import { dirname, fromFileUrl } from "@std/path";

const ROOT = dirname(dirname(dirname(fromFileUrl(import.meta.url))));

interface Documented {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly { readonly jsDoc?: { readonly doc?: string } }[];
      }[];
    }>
  >;
}

async function doc(flag: "--json" | "--lint") {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", flag, "core/mod.ts"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("every export of the core says in a sentence what it is", async () => {
  const { nodes }: Documented = JSON.parse((await doc("--json")).stdout);
  const symbols = Object.values(nodes).flatMap(({ symbols }) => symbols);
  const mute = symbols.filter(({ declarations }) => declarations.some(({ jsDoc }) => !jsDoc?.doc));
  assertEquals(mute.map(({ name }) => name), []);
});

Deno.test("whatever an export of the core names is exported, too", async () => {
  const { stderr } = await doc("--lint");
  const named = stderr.split("\n").filter((line) => line.startsWith("error[private-type-ref]"));
  assertEquals(named, []);
});
