import { assertEquals } from "@std/assert";
import { inUrl, isAddress, isEvery, isLoopback } from "../../app/addresses.ts";

Deno.test("an address is told from a name, and one of this machine alone from others", () => {
  const of = (text: string) => [isAddress(text), isLoopback(text), isEvery(text)];
  const [here, other, every, none] = [[true, true, false], [true, false, false], [true, false, true], [
    false,
    false,
    false,
  ]];
  for (const text of ["127.0.0.1", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1"]) {
    assertEquals(of(text), here!, text);
  }
  for (const text of ["10.0.0.7", "fd00::7", "::ffff:127.0.0.1", "128.0.0.1"]) {
    assertEquals(of(text), other!, text);
  }
  for (const text of ["0.0.0.0", "::", "0:0::0"]) assertEquals(of(text), every!, text);
  for (const text of ["", "127.0.0.256", "127.0.0.1.example.org", "lake", "127.1", ":", "[::1]"]) {
    assertEquals(of(text), none!, text);
  }
  assertEquals(isLoopback("localhost"), true);
});

Deno.test("an address is written as URLs have it", () => {
  assertEquals(["127.0.0.1", "0:0::1", "lake.example.org"].map(inUrl), [
    "127.0.0.1",
    "[::1]",
    "lake.example.org",
  ]);
});
