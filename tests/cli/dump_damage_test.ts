import { assertEquals } from "@std/assert";
import { DumpFolder, gzip, HEADER, row, usual } from "./dump_folder.ts";

/** A day's file, and why it cannot be read; or how many rows of it count, and the reasons of those that do not. */
interface Case {
  readonly ending?: ".csv" | ".csv.gz";
  readonly content: (day: string) => Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer> | string;
  readonly fault?: string;
  readonly found?: { readonly accepted: number; readonly refused: readonly string[] };
}

const usually = { accepted: 2, refused: ["parameter", "value"] };
const binary = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const damaged = async (day: string, change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) =>
  change(await gzip(usual(day)));

const CASES: Readonly<Record<string, Case>> = {
  "as it should be": { content: usual, found: usually },
  "packed": { ending: ".csv.gz", content: (day) => gzip(usual(day)), found: usually },
  "packed, its end missing": {
    ending: ".csv.gz",
    content: (day) => damaged(day, (bytes) => bytes.slice(0, -9)),
    fault: "unexpected end of file, wanted a whole gzip file",
  },
  "packed, with a wrong checksum": {
    ending: ".csv.gz",
    content: (day) => damaged(day, (bytes) => bytes.with(bytes.length - 6, bytes.at(-6)! ^ 255)),
    fault: "incorrect data check, wanted a whole gzip file",
  },
  "not packed, though its name says so": {
    ending: ".csv.gz",
    content: usual,
    fault: "incorrect header check, wanted a whole gzip file",
  },
  "packed in two parts, each with a header": {
    ending: ".csv.gz",
    content: async (day) => new Uint8Array([...await gzip(usual(day)), ...await gzip(usual(day))]),
    found: { accepted: 4, refused: ["parameter", "parameter", "row", "value", "value"] },
  },
  "packed, with nothing in it": {
    ending: ".csv.gz",
    content: () => gzip(""),
    fault: "found nothing, wanted a line of columns",
  },
  "empty": { content: () => "", fault: "found nothing, wanted a line of columns" },
  "of blank lines": { content: () => "\n\r\n\n", fault: "found nothing, wanted a line of columns" },
  "of a header alone": { content: () => HEADER, found: { accepted: 0, refused: [] } },
  "without a header": { content: (day) => row(day, "Pier"), fault: "found the columns Pier,Bergen,NO" },
  "with a byte order mark": { content: (day) => `\uFEFF${usual(day)}`, found: usually },
  "of Windows' lines": { content: (day) => usual(day).replaceAll("\n", "\r\n"), found: usually },
  "of lines that end with CR": { content: (day) => usual(day).replaceAll("\n", "\r"), found: usually },
  "without a last line's end": { content: (day) => usual(day).trimEnd(), found: usually },
  "with blank lines": { content: (day) => `\n${usual(day).replaceAll("\n", "\n\n")}`, found: usually },
  "with other columns": {
    content: (day) => usual(day).replace("unit", "units"),
    fault: "found the columns location,city,country,utc,local,parameter,value,units",
  },
  "with columns in another order": {
    content: (day) => {
      const turned = usual(day).trimEnd().split("\n").map((line) => line.split(",").toReversed().join(","));
      return turned.join("\n");
    },
    found: usually,
  },
  "with line breaks in quotes": {
    content: (day) => usual(day) + row(day, '"Pier\r\n\r\n, and ""dock"""') + row(day, '"a\nb\nc"', "o3"),
    found: { accepted: 3, refused: ["parameter", "parameter", "value"] },
  },
  "with a quote that is not closed": {
    content: (day) => usual(day) + row(day, '"Pier') + row(day, "Last"),
    found: { accepted: 3, refused: ["parameter", "row", "value"] },
  },
  "with a line of too few fields and one of too many": {
    content: (day) => `${usual(day)}Pier,Bergen\n${row(day, "Pier,and,dock")}`,
    found: { accepted: 2, refused: ["parameter", "row", "row", "value"] },
  },
  "with a field of a million letters": {
    content: (day) => usual(day) + row(day, "Z".repeat(1_000_000)),
    found: { accepted: 3, refused: usually.refused },
  },
  "with a field of three million letters": {
    content: (day) => usual(day) + row(day, "Z".repeat(3_000_000)),
    fault: "line 6 is too long, wanted at most 2000000 bytes",
  },
  "with NUL bytes": {
    content: (day) => usual(day) + row(day, "Pi\0er") + "\0\0\0\n",
    found: { accepted: 3, refused: ["parameter", "row", "value"] },
  },
  "not UTF-8 but Latin-1": {
    content: (day) => binary(usual(day).replaceAll("µg/m³", "\xb5g/m\xb3")),
    fault: "line 2 is no UTF-8, wanted UTF-8",
  },
  "with a record cut in the middle of a letter": {
    content: (day) => new TextEncoder().encode(`${usual(day)}Pier,Bergé`).slice(0, -1),
    fault: "line 6 is no UTF-8, wanted UTF-8",
  },
};

Deno.test("a day whose file cannot be read fails alone; of all others every row is in one of the two tables", async () => {
  await using dump = await DumpFolder.open();
  const cases = Object.entries(CASES).map(([name, each], i) => {
    const day = `2024-01-${String(i + 1).padStart(2, "0")}`;
    return { name, day, ...each };
  });
  for (const { day, ending = ".csv", content } of cases) {
    await dump.put(`${day}${ending}`, await content(day));
  }
  const { code, json: { errors, counts } } = await dump.run("materialize --json");
  const unreadable = cases.filter(({ fault }) => fault !== undefined);
  assertEquals([code, counts.failed, counts.blocked], [1, 2 * unreadable.length, unreadable.length]);

  for (const { name, day, ending = ".csv", fault } of cases) {
    // deno-lint-ignore no-explicit-any
    const told = errors.filter(({ asset, partition }: any) =>
      asset === "dump/openaq_data" && partition === day
    );
    const begin = `reading "${dump.path(`${day}${ending}`)}": ${fault}`;
    const shown = told.map(({ message }: { message: string }) => message.slice(0, begin.length));
    assertEquals([name, shown], [name, fault === undefined ? [] : [begin]]);
    assertEquals(told.every(({ message }: { message: string }) => message.length < 500), true, name);
  }
  const kept = async (sql: string) => Map.groupBy(await dump.rows(sql), ({ file_date }) => file_date);
  const accepted = await kept("SELECT file_date FROM openaq_db.openaq_data");
  const refused = await kept(
    "SELECT file_date, reason FROM openaq_db.openaq_incoherent_data ORDER BY reason",
  );
  for (const { name, day, found = { accepted: 0, refused: [] } } of cases) {
    const reasons = (refused.get(day) ?? []).map(({ reason }) => reason);
    const counted = { accepted: accepted.get(day)?.length ?? 0, refused: reasons };
    assertEquals([name, counted], [name, found]);
  }

  for (const { day, ending = ".csv" } of unreadable) {
    await Deno.remove(dump.path(`${day}${ending}`));
    await dump.put(`${day}.csv`, usual(day));
  }
  const healed = await dump.run("materialize");
  assertEquals([healed.code, healed.stderr], [0, ""]);
  assertEquals((await dump.run("status --check")).code, 0);
});
