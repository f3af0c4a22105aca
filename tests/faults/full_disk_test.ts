import { assert, assertEquals, assertMatch } from "@std/assert";
import { contentOf, leftovers } from "./content.ts";
import { narrow } from "./narrow.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";

const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-31"];

for (
  const { what, kilobytes, says } of [
    {
      what: "lake",
      kilobytes: 1_600,
      says: /no room is left for it in ".*lake.*", wanted a disk that is not full$/,
    },
    {
      what: "state",
      kilobytes: 240,
      says: /^(writing|using) the state: .*lake\.sqlite".*, wanted .*free space$/,
    },
  ] as const
) {
  Deno.test(`a disk that fills up under the ${what} is one clear line, and the same command completes later`, async () => {
    await using server = new Server();
    await using place = await Place.make(server.env);
    const folder = `${place.folder}/${what}`;
    await Deno.mkdir(folder);
    {
      await using disk = await narrow(folder, kilobytes);
      const { code, errors, stdout } = await place.run(COMMAND, { within: disk.within });
      assertEquals(code, 1, stdout);
      const rest = errors.filter((line) => !says.test(line));
      assert(rest.length < errors.length, errors.join("\n"));
      for (const line of rest) assertMatch(line, /: needs (vietnam|view)\/.*, which (is missing|failed)/);
      assertEquals((await leftovers(place)).filter((left) => !/is running|claim of/.test(left)), []);

      await disk.widen();
      const again = await place.run(COMMAND);
      assertEquals({ code: again.code, stderr: again.stderr }, { code: 0, stderr: "" });
      assertEquals(await leftovers(place), []);
      assertEquals(await place.ask(["plan", ...COMMAND.slice(1)]), { steps: [] });
      const { "vietnam/locations": _, ...content } = await contentOf(place);
      await using other = await Place.make(server.env);
      assertEquals((await other.run(COMMAND)).code, 0);
      const { "vietnam/locations": __, ...wanted } = await contentOf(other);
      assertEquals(content, wanted);
    }
  });
}
