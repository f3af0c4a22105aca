import type { Instant } from "../../core/instant.ts";
import { digest } from "./chance.ts";
import type { Sketch } from "./sketch.ts";

/** The members that a partition read of one dependency: data versions by ordinal. */
export type Read = readonly (readonly [partition: number, dataVersion: string])[];

/** The inputs of a materialization, as its metadata tell them. */
export interface Made {
  readonly run: number | null;
  /** The code and the dependencies that are compared: equal texts are equal code. */
  readonly identity: string;
  /** By upstream, for those dependencies that are compared. */
  readonly reads: Readonly<Record<string, Read>>;
  /** When the source gave its answer, if that was not just now. */
  readonly asOf?: Instant;
  /** The content of sensors, in a history of them. */
  readonly values?: Values;
}

/** The content of sensors in one hour, null for none, and when each said so. */
export type Values = Readonly<Record<number, { readonly value: number | null; readonly askedAt: Instant }>>;

/** The data version of what sensors have. */
export const versionOf = (values: Values) =>
  `v${digest(JSON.stringify(Object.entries(values).map(([sensor, { value }]) => [sensor, value]))) % 5}`;

export function identityOf({ code, deps }: Sketch): string {
  const edges = deps.filter(({ mode }) => mode !== "order");
  return JSON.stringify([code, edges.map(({ upstream, mapping }) => [upstream, mapping.id])]);
}

/** The data version that an asset's code makes of what it reads: few, so that different inputs often give the same. */
export function derive({ key, code, deps }: Sketch, partition: number, reads: Made["reads"]): string {
  const content = deps.filter(({ mode }) => mode !== "order").map(({ upstream, mode }) =>
    mode === "content" ? reads[upstream] : reads[upstream]?.map(([ordinal]) => ordinal)
  );
  return `v${digest(JSON.stringify([key, code, partition, content])) % 5}`;
}

/** How many files a version has of the places that its asset may fill: none, one or more, by the version. */
export function filesOf({ files }: Sketch, dataVersion: string): number {
  const kind = Number(dataVersion.slice(1));
  return files === 0 || kind === 0 ? 0 : 1 + kind % files;
}

/** The content that blocking checks refuse. */
export const isPoison = (dataVersion: string) => dataVersion.endsWith("3");

export const folderOf = (key: string, partition: number) => `lake/${key}/${partition}`;

export const pathOf = (key: string, partition: number, place: number) =>
  `${folderOf(key, partition)}/${place}/data.txt`;

export function parsePath(path: string): { asset: string; partition: number; place: number } {
  const [, group, name, partition, place] = path.split("/");
  return { asset: `${group}/${name}`, partition: Number(partition), place: Number(place) };
}

/** Whether a path is one that readers see. */
export const isPublic = (path: string) => path.startsWith("lake/") && !path.startsWith("lake/_versions/");

export const contentOf = (key: string, partition: number, dataVersion: string, place: number) =>
  `${key} ${partition} ${dataVersion} ${place}`;
