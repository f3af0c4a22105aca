import { assertEquals, assertMatch } from "@std/assert";
import { launch } from "./chromium.ts";
import { look } from "./look.ts";
import { Viewer } from "./viewer.ts";

/** A page with all the faults that pages are looked at for. */
const FAULTY =
  `<!DOCTYPE html><html lang="en"><head><title>Faulty</title><style>p { color: red }</style><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>One</h1><h1>Two</h1><p>Text</p><table><tr><td class="thin">squeezed</td></tr></table>
<table class="fixed"><tr><td class="cell">wider than its cell</td></tr></table><img src="/none.png">
<table><thead><tr><th scope="col"><a href="/?sort=name">Name</a></th></tr></thead></table>
<a href="/gone">Gone</a><svg width="2000" height="10"></svg></main>
<script src="/script.js"></script></body></html>`;
const STYLE = ".thin { display: block; width: 1ch; overflow-wrap: anywhere } " +
  ".fixed { table-layout: fixed; width: 40px } .cell { white-space: nowrap }";
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";

Deno.test("whoever looks at a faulty page finds each of its faults", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    const type = pathname === "/" ? "text/html" : pathname === "/style.css" ? "text/css" : "text/javascript";
    const headers = { "content-type": type, "content-security-policy": POLICY };
    if (pathname === "/") return new Response(FAULTY, { headers });
    if (pathname === "/style.css") return new Response(STYLE, { headers });
    if (pathname === "/script.js") return new Response("console.error('wrong'); nowhere();", { headers });
    return new Response("none", { status: 404, headers });
  });
  await using browser = await launch();
  const base = `http://127.0.0.1:${server.addr.port}`;
  const { faults } = await look({ browser, base, paths: ["/"] });
  const found = faults.join("\n");
  for (
    const wanted of [
      /2 headings of the first rank/,
      /scrolls sideways: \d+ wide, wanted 390: <svg/,
      /policy: style-src-elem inline/,
      /squeezed: <td class="thin"/,
      /sticks out: <td class="cell"/,
      /console: wrong/,
      /script: nowhere is not defined/,
      /answer: \S+none.png 404/,
      /axe: image-alt/,
      /its link \/gone answers 404/,
      /its table is not sorted by \/\?sort=name/,
      /Vietnamese\): language "en"/,
    ]
  ) assertMatch(found, wanted);
  await using viewer = await Viewer.open(browser, base);
  assertEquals(await viewer.to("/gone"), 404);
});
