import { assertEquals, assertRejects } from "@std/assert";
import type { Tracer } from "../../../core/mod.ts";

/** What every tracer keeps to, whether or not anything is traced. */
export function tracerContract(name: string, open: () => Tracer): void {
  Deno.test(`${name}: a span answers what is done in it`, async () => {
    const tracer = open();
    const options = { attributes: { text: "a", whole: 1, part: 0.5, yes: true, several: ["a", "b"] } };
    const answer = await tracer.span("outer", options, async (outer) => {
      const inner = await tracer.span("inner", { asks: true }, () => Promise.resolve(20));
      outer.set({ inner });
      return inner + 1;
    });
    assertEquals(answer, 21);
  });

  Deno.test(`${name}: what is thrown in a span is thrown by it, as it is`, async () => {
    const tracer = open();
    for (const thrown of [new TypeError("one"), "a text", undefined]) {
      const caught = await tracer.span("fails", {}, () => Promise.reject(thrown)).catch((cause) => ({
        cause,
      }));
      assertEquals(caught, { cause: thrown });
    }
    await assertRejects(
      () =>
        tracer.span("fails at once", {}, () => {
          throw new Error("at once");
        }),
      Error,
      "at once",
    );
  });

  Deno.test(`${name}: whatever a parent is called, the work is done`, async () => {
    const tracer = open();
    const names = [undefined, "", "nothing", `00-${"0".repeat(32)}-${"0".repeat(16)}-01`, "00-ff-ff-01"];
    for (const parent of names) {
      assertEquals(await tracer.span("named", { parent }, () => Promise.resolve(parent)), parent);
    }
  });

  Deno.test(`${name}: a span may be left out, fail, or both`, async () => {
    const tracer = open();
    await tracer.span("omitted", {}, async (span) => {
      span.omit();
      span.fail("odd", "found two\nlines");
      await tracer.span("within", {}, async (within) => await within.omit());
    });
    assertEquals(tracer.current(), undefined);
  });
}
