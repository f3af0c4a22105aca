import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { hash } from "node:crypto";
import { md5Words } from "../../assets/md5.ts";

function hex(text: string): string {
  return new Uint8Array(md5Words(text).buffer).toHex();
}

Deno.test("md5 is that of RFC 1321", () => {
  assertEquals(hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  assertEquals(hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
});

Deno.test("md5 is that of node:crypto for any text and length", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
    assertEquals(hex(text), hash("md5", text, "hex"));
  }));
  for (const length of [55, 56, 63, 64, 119, 120, 5000]) {
    assertEquals(hex("x".repeat(length)), hash("md5", "x".repeat(length), "hex"));
  }
});
