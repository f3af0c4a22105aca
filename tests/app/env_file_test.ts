import { assertEquals } from "@std/assert";
import { readEnvFile } from "../../app/env_file.ts";

Deno.test("values are read as they are written, comments and quotes left out", () => {
  const text = [
    "\uFEFFOPENAQ_API_KEY=abc",
    "# a comment",
    "",
    "  export LAKE_URL = './a lake' # where it is",
    'STATE_URL="x # y"',
    "GRAPH=a#b # a graph",
    "PIPELINES=",
    "UNRELATED=x",
  ].join("\r\n");
  assertEquals(readEnvFile(text, ".env"), {
    values: {
      OPENAQ_API_KEY: "abc",
      LAKE_URL: "./a lake",
      STATE_URL: "x # y",
      GRAPH: "a#b",
      PIPELINES: "",
      UNRELATED: "x",
    },
    faults: [],
    places: {
      OPENAQ_API_KEY: ".env:1",
      LAKE_URL: ".env:4",
      STATE_URL: ".env:5",
      GRAPH: ".env:6",
      PIPELINES: ".env:7",
      UNRELATED: ".env:8",
    },
  });
});

Deno.test("each line that cannot be meant is named by its number, and shows no value", () => {
  const text = [
    "OPENAQ_API_KEY: secret",
    "secret",
    "OPENAQ_COUNTRYID=56",
    'LAKE_URL="secret',
    "STATE_URL='a' secret",
    "lake_url=secret",
    "OPENAQ_API_KYE=secret",
    "PORT=80",
  ].join("\n");
  assertEquals(readEnvFile(text, ".env").faults, [
    '.env:1: found "OPENAQ_API_KEY:", wanted "OPENAQ_API_KEY="',
    '.env:2: found no "=", wanted NAME=value',
    ".env:3: found the variable OPENAQ_COUNTRYID, did you mean OPENAQ_COUNTRY_ID?",
    ".env:4: found LAKE_URL with a quote that is not closed, wanted its end",
    ".env:5: found STATE_URL with text after its closing quote, wanted none",
    ".env:6: found the variable lake_url, did you mean LAKE_URL?",
    ".env:7: found the variable OPENAQ_API_KYE, did you mean OPENAQ_API_KEY?",
  ]);
});
