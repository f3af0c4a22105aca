import { type AssetSnapshot, lowerBound, type Seq } from "../../../core/mod.ts";
import { joined } from "../bytes.ts";
import type { Database } from "./database.ts";

const MEMBER = 32;
/** Bytes of a row, its edges apart: five numbers, a code id, three bytes and a member. */
const ROW = 5 * 8 + 4 + 3 + MEMBER;

/** An asset's rows as they were at an event. */
export interface Pack {
  readonly seq: Seq;
  readonly rows: AssetSnapshot;
}

export function readPack(db: Database, asset: number): Pack | undefined {
  const row = db.get<{ seq: Seq; body: Uint8Array }>("SELECT seq, body FROM packs WHERE asset = ?", asset);
  return row && { seq: row.seq, rows: decode(row.body.slice().buffer) };
}

export function writePack(db: Database, asset: number, { seq, rows }: Pack): void {
  db.run("INSERT OR REPLACE INTO packs (asset, seq, body) VALUES (?, ?, ?)", asset, seq, encode(rows));
}

/** The count, then column after column: those of wider numbers first, so that each lies where its numbers may. */
function encode(rows: AssetSnapshot): Uint8Array {
  const columns = [
    new Float64Array([rows.ordinals.length]),
    ...[rows.ordinals, rows.seq, rows.changed, rows.read, rows.at, rows.codeId],
    ...[rows.status, rows.checksPassed, rows.checksFailed, rows.members, rows.edges],
  ];
  const body = new Uint8Array(8 + rows.ordinals.length * ROW + rows.edges.length);
  let at = 0;
  for (const column of columns) {
    body.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += column.byteLength;
  }
  return body;
}

function decode(body: ArrayBuffer): AssetSnapshot {
  const [count = 0] = new Float64Array(body, 0, 1);
  let at = 8;
  const take = (bytes: number) => (at += bytes) - bytes;
  const numbers = () => new Float64Array(body, take(8 * count), count);
  const bytes = (length: number) => new Uint8Array(body, take(length), length);
  return {
    ordinals: numbers(),
    seq: numbers(),
    changed: numbers(),
    read: numbers(),
    at: numbers(),
    codeId: new Int32Array(body, take(4 * count), count),
    status: bytes(count),
    checksPassed: bytes(count),
    checksFailed: bytes(count),
    members: bytes(MEMBER * count).slice(),
    edges: new Uint8Array(body, at).slice(),
  };
}

/** How many bytes of edges a row of a code id and of a status has. */
export type EdgeBytes = (codeId: number, status: number) => number;

/** Rows with newer ones in their place or, where there were none, between them. May write to `rows`. */
export function patched(
  rows: AssetSnapshot,
  newer: readonly AssetSnapshot[],
  edgeBytes: EdgeBytes,
): AssetSnapshot {
  return newer.every((each) => replaced(rows, each, edgeBytes)) ? rows : merged(rows, newer, edgeBytes);
}

/** Writes newer rows over those of the same partitions. @returns Whether all had their place, edges and all. */
function replaced(rows: AssetSnapshot, newer: AssetSnapshot, edgeBytes: EdgeBytes): boolean {
  const count = rows.ordinals.length;
  const width = count === 0 ? 0 : rows.edges.length / count;
  const places = Array.from(newer.ordinals, (ordinal) => placeOf(rows.ordinals, ordinal));
  const uniform = (of: AssetSnapshot, row: number) => edgeBytes(of.codeId[row]!, of.status[row]!) === width;
  if (!places.every((place, row) => place >= 0 && uniform(rows, place) && uniform(newer, row))) return false;
  for (const [row, place] of places.entries()) {
    for (const column of NUMBERS) rows[column][place] = newer[column][row]!;
    for (const column of SMALL) rows[column][place] = newer[column][row]!;
    rows.members.set(newer.members.subarray(row * MEMBER, (row + 1) * MEMBER), place * MEMBER);
    rows.edges.set(newer.edges.subarray(row * width, (row + 1) * width), place * width);
  }
  return true;
}

/** The place of an ordinal among ascending ones, or -1. */
function placeOf(ordinals: Float64Array, ordinal: number): number {
  const place = lowerBound(ordinals.length, (row) => ordinals[row]! < ordinal);
  return ordinals[place] === ordinal ? place : -1;
}

const NUMBERS = ["ordinals", "seq", "changed", "read", "at"] as const;
const SMALL = ["codeId", "status", "checksPassed", "checksFailed"] as const;

function merged(rows: AssetSnapshot, newer: readonly AssetSnapshot[], edgeBytes: EdgeBytes): AssetSnapshot {
  const picked = new Map<number, { of: AssetSnapshot; row: number; edges: Uint8Array }>();
  for (const of of [rows, ...newer]) {
    let at = 0;
    for (let row = 0; row < of.ordinals.length; row++) {
      const edges = of.edges.subarray(at, at += edgeBytes(of.codeId[row]!, of.status[row]!));
      picked.set(of.ordinals[row]!, { of, row, edges });
    }
  }
  const all = [...picked].sort(([a], [b]) => a - b).map(([, each]) => each);
  const numbers = (column: (typeof NUMBERS)[number]) =>
    Float64Array.from(all, ({ of, row }) => of[column][row]!);
  const bytes = (column: "status" | "checksPassed" | "checksFailed") =>
    Uint8Array.from(all, ({ of, row }) => of[column][row]!);
  return {
    ordinals: numbers("ordinals"),
    seq: numbers("seq"),
    changed: numbers("changed"),
    read: numbers("read"),
    at: numbers("at"),
    codeId: Int32Array.from(all, ({ of, row }) => of.codeId[row]!),
    status: bytes("status"),
    checksPassed: bytes("checksPassed"),
    checksFailed: bytes("checksFailed"),
    members: joined(all.map(({ of, row }) => of.members.subarray(row * MEMBER, (row + 1) * MEMBER))),
    edges: joined(all.map(({ edges }) => edges)),
  };
}
