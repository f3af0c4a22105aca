import { digest } from "./chance.ts";
import type { Sketch } from "./sketch.ts";

/** What a partition read of one dependency: data versions by ordinal. */
export type Read = readonly (readonly [partition: number, dataVersion: string])[];

/** What a materialization was made of, as its metadata tell it. */
export interface Made {
  readonly run: number | null;
  /** The code and the dependencies that are compared: equal texts are equal code. */
  readonly identity: string;
  /** By upstream, for those dependencies that are compared. */
  readonly reads: Readonly<Record<string, Read>>;
}

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

/** An empty version has no files. */
export const isEmpty = (dataVersion: string) => dataVersion.endsWith("0");

/** What blocking checks refuse. */
export const isPoison = (dataVersion: string) => dataVersion.endsWith("3");

export const pathOf = (key: string, partition: number, place: number) => `lake/${key}/${partition}/${place}`;

export const contentOf = (key: string, partition: number, dataVersion: string, place: number) =>
  `${key} ${partition} ${dataVersion} ${place}`;
