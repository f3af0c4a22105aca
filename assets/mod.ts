/**
 * Groups of assets over a lake: tables with contracts, files that others put, catalog entries and views.
 *
 * A pipeline is a module that exports a {@linkcode Group}. Its tables are declared by {@linkcode tableAsset}, its files by
 * {@linkcode filesAsset}, what `inspect` reads by {@linkcode catalogAsset} and {@linkcode views}; all else by
 * {@linkcode define}.
 *
 * @module
 */
export * from "./files.ts";
export * from "./group.ts";
export * from "./resources.ts";
export {
  type InputMaterializations,
  type TableAsset,
  tableAsset,
  type TableAssetOptions,
} from "./table/asset.ts";
export * from "./table/catalog.ts";
export type { FaultBySubject, Judge, OwnCheck } from "./table/checks.ts";
export * from "./table/contract.ts";
export { type Facts, TableExaminer } from "./table/examiner.ts";
export { type Table, tableInput } from "./table/table.ts";
export { watchCheck } from "./table/watch.ts";
export { type DeclaredView, type ViewAsset, type ViewDatabase, type ViewFile, views } from "./views.ts";
