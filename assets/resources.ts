import { definer } from "../core/asset.ts";
import type { Catalog } from "../core/ports/catalog.ts";
import type { Engine } from "../core/ports/engine.ts";
import type { ObjectStore } from "../core/ports/object_store.ts";
import type { ViewBinder } from "../core/ports/query.ts";
import type { OpenAQSource } from "../sources/openaq/source.ts";

/** What the lake's assets work with; app.ts fills it. */
export interface Resources {
  readonly store: ObjectStore;
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly views: ViewBinder;
  readonly openaq: OpenAQSource;
}

/** The declarations of this lake's assets. */
export const define = definer<Resources>();
