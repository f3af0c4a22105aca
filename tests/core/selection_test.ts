import { assertEquals } from "@std/assert";
import leven from "leven";
import { select, type SelectionGraph } from "../../core/selection.ts";

const READS: Record<string, string[]> = {
  "vietnam/locations": [],
  "vietnam/raw": ["vietnam/locations"],
  "vietnam/stations": ["vietnam/locations"],
  "vietnam/dev_mart": ["vietnam/raw", "vietnam/stations"],
  "vietnam/prod_mart": ["vietnam/raw", "vietnam/dev_mart"],
  "view/daily": ["vietnam/prod_mart"],
};
const KINDS: Record<string, string> = { raw: "raw", dev_mart: "mart", prod_mart: "mart", daily: "view" };

const graph: SelectionGraph = {
  assets: Object.keys(READS).map((key) => {
    const [group = "", name = ""] = key.split("/");
    return { key, group, kind: KINDS[name] ?? "reference" };
  }),
  upstream: (key) => READS[key]!,
  downstream: (key) => Object.keys(READS).filter((other) => READS[other]!.includes(key)),
};

function nearest(word: string, names: readonly string[]) {
  return names.find((name) => leven(word, name) <= 3);
}

/** The names chosen, without their groups. */
function names(...expressions: string[]) {
  const selected = select(expressions, graph, nearest);
  return selected.ok ? [...selected.keys].map((key) => key.split("/")[1]).join(" ") : selected.message;
}

const EVERYTHING = "locations raw stations dev_mart prod_mart daily";

Deno.test("selection: keys, groups, kinds and globs", () => {
  for (
    const [expression, wanted] of [
      ["vietnam/raw", "raw"],
      ["group:view", "daily"],
      ["kind:mart", "dev_mart prod_mart"],
      ["*", EVERYTHING],
      ["vietnam/*_mart", "dev_mart prod_mart"],
      ["*/*ra*", "raw"],
      ["group:vi*", EVERYTHING],
    ] as const
  ) assertEquals(names(expression), wanted, expression);
  assertEquals(names(), EVERYTHING);
});

Deno.test("selection: all upstream, all downstream, both", () => {
  assertEquals(names("+vietnam/dev_mart"), "locations raw stations dev_mart");
  assertEquals(names("vietnam/dev_mart+"), "dev_mart prod_mart daily");
  assertEquals(names("+vietnam/dev_mart+"), EVERYTHING);
  assertEquals(names("+vietnam/raw+"), "locations raw dev_mart prod_mart daily");
  assertEquals(names("+kind:raw"), "locations raw");
  assertEquals(names("(vietnam/raw or vietnam/stations)+"), "raw stations dev_mart prod_mart daily");
});

Deno.test("selection: not binds before and, and before or, parentheses before all", () => {
  assertEquals(names("not kind:mart"), "locations raw stations daily");
  assertEquals(names("not not kind:mart"), "dev_mart prod_mart");
  assertEquals(names("group:vietnam and not kind:mart"), "locations raw stations");
  assertEquals(names("view/daily or group:vietnam and kind:mart"), "dev_mart prod_mart daily");
  assertEquals(names("(view/daily or group:vietnam) and kind:mart"), "dev_mart prod_mart");
  assertEquals(names("not kind:mart and group:vietnam or view/daily"), "locations raw stations daily");
  assertEquals(names("not (kind:mart or kind:raw)"), "locations stations daily");
  assertEquals(names("kind:raw and kind:mart"), "");
});

Deno.test("selection: several expressions are a union, in the graph's order", () => {
  assertEquals(names("view/daily", "vietnam/raw"), "raw daily");
});

Deno.test("selection: an unknown name is answered with the nearest one", () => {
  assertEquals(
    names("kind:raw or vietnam/dev_mat+"),
    'selecting "kind:raw or vietnam/dev_mat+": found no asset "vietnam/dev_mat" at position 13, did you mean "vietnam/dev_mart"?',
  );
  assertEquals(
    names("kind:mort"),
    'selecting "kind:mort": found no kind "mort" at position 1, did you mean "mart"?',
  );
  assertEquals(names("group:laos"), 'selecting "group:laos": found no group "laos" at position 1');
  assertEquals(
    names("vietnam.raw"),
    'selecting "vietnam.raw": found no asset "vietnam.raw" at position 1, did you mean "vietnam/raw"?',
  );
  const selected = select(["laos/*"], graph);
  assertEquals(selected, { ok: false, message: 'selecting "laos/*": found no asset "laos/*" at position 1' });
});

Deno.test("selection: wrong grammar is answered with its position", () => {
  const operand = 'wanted an asset, "not" or "("';
  for (
    const [expression, fault] of [
      ["", `found its end at position 1, ${operand}`],
      ["kind:raw and", `found its end at position 13, ${operand}`],
      ["kind:raw or or kind:mart", `found "or" at position 13, ${operand}`],
      ["kind:raw kind:mart", 'found "kind:mart" at position 10, wanted "and", "or" or its end'],
      ["(kind:raw", 'found its end at position 10, wanted "and", "or" or ")"'],
      ["kind:raw)", 'found ")" at position 9, wanted "and", "or" or its end'],
      ["()", `found ")" at position 2, ${operand}`],
      ["++kind:raw", `found "+" at position 2, ${operand}`],
      ["and", `found "and" at position 1, ${operand}; an expression of several words goes in quotes`],
    ] as const
  ) assertEquals(names(expression), `selecting "${expression}": ${fault}`);
  assertEquals(
    names("*", "kind:raw and"),
    `selecting "kind:raw and": found its end at position 13, ${operand}`,
  );
});

Deno.test("selection: a graph without assets has nothing to choose", () => {
  const empty = { assets: [], upstream: () => [], downstream: () => [] };
  assertEquals(select([], empty), { ok: true, keys: new Set() });
});
