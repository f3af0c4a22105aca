import { type Binder, type Catalog, definer, type Engine, type ObjectStore } from "../core/mod.ts";
import type { OpenAQSource } from "../sources/openaq/source.ts";

/** The resources that the code of a group's assets is given; a group's own come beside them. */
export interface Resources {
  readonly store: ObjectStore;
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly binder: Binder;
  readonly openaq: OpenAQSource;
}

/** The functions that declare the assets of groups: `define.asset({ … })`, `define.external({ … })`. */
export const define = definer<Resources>();
