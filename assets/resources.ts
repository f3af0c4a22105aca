import { type Binder, type Catalog, definer, type Engine, type ObjectStore } from "../core/mod.ts";
import type { OpenAQSource } from "../sources/openaq/source.ts";

/** The resources of the lake's assets; app.ts fills them. */
export interface Resources {
  readonly store: ObjectStore;
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly binder: Binder;
  readonly openaq: OpenAQSource;
}

/** The declarations of this lake's assets. */
export const define = definer<Resources>();
