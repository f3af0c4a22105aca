import { assertEquals } from "@std/assert";
import { launch } from "./chromium.ts";
import { Viewer } from "./viewer.ts";

const PAGE = `<!DOCTYPE html><html lang="en"><head><title>Live</title></head><body data-follows="/changes">
<p data-lost hidden>Lost</p><main><p data-live="part">first</p></main><script type="module" src="/live.js"></script></body></html>`;
const CHANGE = new TextEncoder().encode("event: changes\ndata: {}\n\n");

Deno.test("a page says that it follows no more once its address is refused, until it is answered again", async () => {
  const script = await Deno.readTextFile(new URL("../../web/browser/live.js", import.meta.url));
  let change = () => {};
  let answer = () => new Response(PAGE, { headers: { "content-type": "text/html" } });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return answer();
    if (pathname === "/live.js") {
      return new Response(script, { headers: { "content-type": "text/javascript" } });
    }
    if (pathname !== "/changes") return new Response(null, { status: 204 });
    const changes = new ReadableStream({
      start(controller) {
        change = () => controller.enqueue(CHANGE);
        controller.enqueue(CHANGE);
      },
      cancel: () => void (change = () => {}),
    });
    return new Response(changes, { headers: { "content-type": "text/event-stream" } });
  });
  await using browser = await launch();
  await using viewer = await Viewer.open(browser, `http://127.0.0.1:${server.addr.port}`);
  const lost = viewer.page.locator("[data-lost]");
  await viewer.to("/");
  await lost.waitFor({ state: "hidden" });
  const fine = answer;
  answer = () => new Response("refused", { status: 400 });
  change();
  await lost.waitFor({ state: "visible" });
  assertEquals(await viewer.text(), "first");
  answer = () => new Response(PAGE.replace("first", "second"), { headers: fine().headers });
  change();
  await viewer.page.getByText("second").waitFor();
  await lost.waitFor({ state: "hidden" });
});
