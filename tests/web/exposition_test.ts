import { assertEquals } from "@std/assert";
import { exposition } from "../../web/exposition.ts";

Deno.test("metrics are told in Prometheus' text format", () => {
  const samples = [{ labels: { asset: "a/b", state: "fresh" }, value: 3 }, { value: 1.5 }];
  assertEquals(
    exposition([
      { name: "some_total", type: "counter", help: "How many.", samples },
      { name: "none", type: "gauge", help: "Nothing yet.", samples: [] },
    ]),
    "# HELP some_total How many.\n# TYPE some_total counter\n" +
      'some_total{asset="a/b",state="fresh"} 3\nsome_total 1.5\n' +
      "# HELP none Nothing yet.\n# TYPE none gauge\n",
  );
});

Deno.test("what would end a label, a line or a help is escaped", () => {
  const labels = { asset: 'a"b\\c\nd' };
  assertEquals(
    exposition([{ name: "odd", type: "gauge", help: 'a\\b\n"c', samples: [{ labels, value: 1 }] }]),
    '# HELP odd a\\\\b\\n"c\n# TYPE odd gauge\nodd{asset="a\\"b\\\\c\\nd"} 1\n',
  );
});

Deno.test("numbers that are none are told as Prometheus reads them", () => {
  const samples = [Infinity, -Infinity, NaN, 1e21, -0].map((value) => ({ value }));
  assertEquals(
    exposition([{ name: "n", type: "gauge", help: "N.", samples }]).split("\n").slice(2, -1),
    ["n +Inf", "n -Inf", "n NaN", "n 1e+21", "n 0"],
  );
});
