import { assertEquals } from "@std/assert";
import { CAPITALS, cityOf } from "../../../assets/vietnam/cities.ts";

Deno.test("there are 63 capitals, each its own nearest, within Vietnam", () => {
  assertEquals(new Set(CAPITALS.map(([name]) => name)).size, 63);
  for (const [name, latitude, longitude] of CAPITALS) {
    assertEquals(cityOf(null, { latitude, longitude }), name);
    assertEquals(latitude > 8.5 && latitude < 23.4 && longitude > 102.1 && longitude < 109.5, true);
  }
});

Deno.test("a locality names the city, unless it says nothing", () => {
  const hanoi = { latitude: 21.021939, longitude: 105.818806 };
  assertEquals(cityOf("Ho Chi Minh City", hanoi), "Ho Chi Minh City");
  for (const nothing of [null, "", " ", "N/A"]) assertEquals(cityOf(nothing, hanoi), "Hanoi");
});

Deno.test("a station more than 30 km from every capital has no city", () => {
  const north = (degrees: number) => ({ latitude: 21.386 + degrees, longitude: 103.023 });
  assertEquals(cityOf(null, north(29.99 / 111.195)), "Dien Bien Phu");
  assertEquals(cityOf(null, north(30.01 / 111.195)), null);
  assertEquals(cityOf(null, { latitude: 8.6861, longitude: 106.6082 }), null);
  assertEquals(cityOf("N/A", { latitude: null, longitude: 105 }), null);
});
