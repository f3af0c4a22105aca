import { assertEquals } from "@std/assert";
import { DAY, HOUR, MINUTE } from "../../core/mod.ts";
import { Format } from "../../web/view/format.ts";

Deno.test("lengths of time are told in their two largest units, in the viewer's language", () => {
  const [en, vi] = [new Format("en", "UTC"), new Format("vi", "UTC")];
  assertEquals(en.duration(3_245 * DAY + 20 * HOUR), "8 y 323 d");
  assertEquals(en.duration(20 * HOUR + 5 * MINUTE), "20 h 5 min");
  assertEquals(vi.duration(3_245 * DAY), "8 năm 323 ngày");
  assertEquals(vi.duration(20 * HOUR + 5 * MINUTE), "20 giờ 5 phút");
});
