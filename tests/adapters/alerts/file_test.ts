import { assertEquals } from "@std/assert";
import { AlertFile } from "../../../adapters/alerts/file/file.ts";
import { channelContract, MESSAGE } from "./channel_contract.ts";

async function lines(path: string) {
  return (await Deno.readTextFile(path)).trimEnd().split("\n");
}

channelContract("file", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/alerts.jsonl`;
  return {
    channel: new AlertFile(path),
    arrived: async () =>
      (await lines(path)).map((line) => JSON.parse(line)).map(({ event, rule, subject, message, key }) => ({
        event,
        rule,
        subject,
        message,
        id: `${key} ${event}`,
      })),
    fail: () => Deno.mkdir(path),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
});

Deno.test("file: a line that was cut off spoils no other, and lines of many at once do not mix", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/alerts.jsonl`;
    await Deno.writeTextFile(path, '{"event":"open');
    await new AlertFile(path).send(MESSAGE);
    await Promise.all(Array.from({ length: 20 }, () => new AlertFile(path).send(MESSAGE)));
    const [first, ...whole] = await lines(path);
    assertEquals(first, '{"event":"open');
    assertEquals(whole.map((line) => JSON.parse(line).key), Array(21).fill(MESSAGE.key));
    assertEquals(JSON.parse(whole[0]!), { ...MESSAGE, at: "2024-01-02T03:04:05Z" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
