import type { Context } from "hono";
import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { sha256 } from "../core/mod.ts";
import airScript from "./browser/air.js" with { type: "text" };
import clockScript from "./browser/clock.js" with { type: "text" };
import consoleScript from "./browser/console.js" with { type: "text" };
import dialogScript from "./browser/dialog.js" with { type: "text" };
import liveScript from "./browser/live.js" with { type: "text" };
import logScript from "./browser/log.js" with { type: "text" };
import pageScript from "./browser/page.js" with { type: "text" };
import mark from "./browser/mark.svg" with { type: "text" };
import base from "./style/base.css" with { type: "text" };
import air from "./style/air.css" with { type: "text" };
import data from "./style/data.css" with { type: "text" };
import layout from "./style/layout.css" with { type: "text" };
import lineage from "./style/lineage.css" with { type: "text" };
import parts from "./style/parts.css" with { type: "text" };
import times from "./style/times.css" with { type: "text" };
import tokens from "./style/tokens.css" with { type: "text" };

/** The media types of the files that browsers fetch, by their endings. */
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  json: "application/json",
};

/** A year: a file's name holds the hash of its content, so that it never changes. */
const FOR_EVER = "public, max-age=31536000, immutable";

/** The files that browsers fetch, each at a path that holds the hash of its content. */
class Files {
  readonly #paths = new Map<string, string>();
  readonly #byPath = new Map<string, { readonly text: string; readonly type: string }>();

  constructor(texts: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(texts)) {
      const hash = sha256(text).slice(0, 12);
      const [stem, ending] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf(".") + 1)];
      const path = `/static/${stem}-${hash}.${ending}`;
      this.#paths.set(name, path);
      this.#byPath.set(path, { text, type: TYPES[ending]! });
    }
  }

  /** The path of a file. @throws {RangeError} If there is none of that name. */
  url(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new RangeError(`looking for the file "${name}": found none`);
    return path;
  }

  /** Answers with the file at the request's path; undefined if there is none. */
  serve(context: Context): Response | undefined {
    const found = this.#byPath.get(context.req.path);
    if (found === undefined) return undefined;
    return context.body(found.text, 200, { "content-type": found.type, "cache-control": FOR_EVER });
  }
}

export const files = new Files({
  "page.css": [tokens, base, layout, parts, lineage, times, data, air].join("\n"),
  "page.js": [pageScript, dialogScript, liveScript, clockScript].join("\n"),
  "log.js": logScript,
  "air.js": [uplotScript, airScript].join("\n"),
  "console.js": consoleScript,
  "mark.svg": mark,
  "uplot.css": uplotStyle,
});
