import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { namedTwice } from "../../../sources/openaq/named_twice.ts";

const twiceIn = (text: string) => namedTwice(text, JSON.parse(text));

Deno.test("a name that one object has twice is found, however it is written", () => {
  assertEquals(twiceIn('{"found":1,"found":2}'), "found");
  assertEquals(twiceIn('{"meta":{"a":[{"b" : 1,\n"c":2,"\\u0062":{}}]}}'), "b");
  assertEquals(twiceIn('{"a":{"b":1},"b":{"a":1},"c":[{"a":1},{"a":1}]}'), undefined);
  assertEquals(twiceIn('{"a":"\\"b\\":1,\\"b\\":","__proto__":1}'), undefined);
});

Deno.test("no value that is written as JSON has a name twice, and one that is written again is found", () => {
  fc.assert(fc.property(fc.json(), (text) => assertEquals(twiceIn(text), undefined)));
  fc.assert(fc.property(fc.string(), fc.jsonValue(), (name, value) => {
    const [key, json] = [JSON.stringify(name), JSON.stringify(value)];
    assertEquals(twiceIn(`[{${key}:${json},"":{},${key}:${json}}]`), name === "" ? "" : name);
  }));
});
