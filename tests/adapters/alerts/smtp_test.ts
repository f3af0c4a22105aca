import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { Smtp } from "../../../adapters/alerts/smtp/smtp.ts";
import { channelContract, MESSAGE } from "./channel_contract.ts";
import { MailServer } from "./mail_server.ts";

const TO = ["one@example.org", "two@example.org"];

channelContract("smtp", async () => {
  const server = await MailServer.open();
  return {
    channel: new Smtp({ url: server.url, to: TO }),
    arrived: () =>
      Promise.resolve(server.mails.map(({ headers, text }) => {
        const fact = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)![1]!.trim();
        return {
          event: fact("event"),
          rule: fact("rule"),
          subject: fact("subject"),
          message: text.split(/\r?\n\r?\n/)[0]!,
          id: headers.get("message-id")!,
        };
      })),
    fail: () => Promise.resolve(void (server.refuses = true)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});

const { signal } = new AbortController();

Deno.test("smtp: all addresses get the mail, and the end answers the beginning", async () => {
  await using server = await MailServer.open();
  const smtp = new Smtp({ url: server.url, to: TO });
  await smtp.send(MESSAGE, signal);
  await smtp.send({ ...MESSAGE, event: "closed" }, signal);
  const [opened, closed] = server.mails;
  assertEquals(opened!.to, TO);
  assertEquals(opened!.headers.get("subject"), "[airgraph] pm25 Thành phố <Huế> & co opened");
  assertStringIncludes(opened!.headers.get("from")!, "alerts@example.org");
  assertMatch(opened!.text, /^found "87\.5 µg\/m³", wanted 50/);
  assertEquals(closed!.headers.get("in-reply-to"), opened!.headers.get("message-id"));
});

Deno.test("smtp: a wrong password, and nobody there, are told without the password", async () => {
  await using server = await MailServer.open();
  const wrong = server.url.replace("hidden-password", "another-password");
  const failed = async (url: string) =>
    (await assertRejects(() => new Smtp({ url, to: TO }).send(MESSAGE, signal), Error)).message;
  assertStringIncludes(await failed(wrong), "sending mail: Invalid login");
  const nobody = await failed("smtp://me:hidden-password@127.0.0.1:1");
  assertMatch(nobody, /^sending mail: .*, wanted a server that takes it$/);
  assertEquals(nobody.includes("hidden-password"), false);
});
