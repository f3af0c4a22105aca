import { type AssetSnapshot, lowerBound } from "../../core/mod.ts";
import { joined } from "./bytes.ts";

const MEMBER = 32;

/** How many bytes of edges a row of a code id and of a status has. */
export type EdgeBytes = (codeId: number, status: number) => number;

/** Rows with newer ones in their place or, where there were none, between them. May write to `rows`. */
export function patched(rows: AssetSnapshot, newer: AssetSnapshot, edgeBytes: EdgeBytes): AssetSnapshot {
  return replaced(rows, newer, edgeBytes) ? rows : merged(rows, newer, edgeBytes);
}

/** The rows of parts that ascend, in one. */
export function concatenated(parts: readonly AssetSnapshot[]): AssetSnapshot {
  if (parts.length === 1) return parts[0]!;
  const rows = parts.reduce((sum, { ordinals }) => sum + ordinals.length, 0);
  const edges = parts.reduce((sum, { edges }) => sum + edges.length, 0);
  const whole: AssetSnapshot = {
    ordinals: new Float64Array(rows),
    seq: new Float64Array(rows),
    changed: new Float64Array(rows),
    read: new Float64Array(rows),
    at: new Float64Array(rows),
    codeId: new Int32Array(rows),
    status: new Uint8Array(rows),
    checksPassed: new Uint8Array(rows),
    checksFailed: new Uint8Array(rows),
    members: new Uint8Array(rows * MEMBER),
    edges: new Uint8Array(edges),
  };
  let [row, edge] = [0, 0];
  for (const part of parts) {
    for (const column of NUMBERS) whole[column].set(part[column], row);
    for (const column of SMALL) whole[column].set(part[column], row);
    whole.members.set(part.members, row * MEMBER);
    whole.edges.set(part.edges, edge);
    row += part.ordinals.length;
    edge += part.edges.length;
  }
  return whole;
}

/** The rows cut where another group of ordinals begins, by group. */
export function grouped(
  rows: AssetSnapshot,
  groupOf: (ordinal: number) => number,
  edgeBytes: EdgeBytes,
): Map<number, AssetSnapshot> {
  const { ordinals } = rows;
  const groups = new Map<number, AssetSnapshot>();
  for (let from = 0, edge = 0; from < ordinals.length;) {
    const group = groupOf(ordinals[from]!);
    let to = from;
    let edgeEnd = edge;
    for (; to < ordinals.length && groupOf(ordinals[to]!) === group; to++) {
      edgeEnd += edgeBytes(rows.codeId[to]!, rows.status[to]!);
    }
    groups.set(group, {
      ordinals: ordinals.subarray(from, to),
      seq: rows.seq.subarray(from, to),
      changed: rows.changed.subarray(from, to),
      read: rows.read.subarray(from, to),
      at: rows.at.subarray(from, to),
      codeId: rows.codeId.subarray(from, to),
      status: rows.status.subarray(from, to),
      checksPassed: rows.checksPassed.subarray(from, to),
      checksFailed: rows.checksFailed.subarray(from, to),
      members: rows.members.subarray(from * MEMBER, to * MEMBER),
      edges: rows.edges.subarray(edge, edgeEnd),
    });
    [from, edge] = [to, edgeEnd];
  }
  return groups;
}

/** Writes newer rows over those of the same partitions. @returns Whether all had their place, edges and all. */
function replaced(rows: AssetSnapshot, newer: AssetSnapshot, edgeBytes: EdgeBytes): boolean {
  const places = Array.from(newer.ordinals, (ordinal) => placeOf(rows.ordinals, ordinal));
  const [before, after] = [edgeOffsets(rows, edgeBytes), edgeOffsets(newer, edgeBytes)];
  const width = (offsets: Uint32Array, row: number) => offsets[row + 1]! - offsets[row]!;
  if (!places.every((place, row) => place >= 0 && width(before, place) === width(after, row))) return false;
  for (const [row, place] of places.entries()) {
    for (const column of NUMBERS) rows[column][place] = newer[column][row]!;
    for (const column of SMALL) rows[column][place] = newer[column][row]!;
    rows.members.set(newer.members.subarray(row * MEMBER, (row + 1) * MEMBER), place * MEMBER);
    rows.edges.set(newer.edges.subarray(after[row], after[row + 1]), before[place]);
  }
  return true;
}

/** Where the edges of each row begin, and where those of the last one end. */
function edgeOffsets({ codeId, status }: AssetSnapshot, edgeBytes: EdgeBytes): Uint32Array {
  const offsets = new Uint32Array(codeId.length + 1);
  for (let row = 0; row < codeId.length; row++) {
    offsets[row + 1] = offsets[row]! + edgeBytes(codeId[row]!, status[row]!);
  }
  return offsets;
}

/** The place of an ordinal among ascending ones, or -1. */
function placeOf(ordinals: Float64Array, ordinal: number): number {
  const place = lowerBound(ordinals.length, (row) => ordinals[row]! < ordinal);
  return ordinals[place] === ordinal ? place : -1;
}

const NUMBERS = ["ordinals", "seq", "changed", "read", "at"] as const;
const SMALL = ["codeId", "status", "checksPassed", "checksFailed"] as const;

function merged(rows: AssetSnapshot, newer: AssetSnapshot, edgeBytes: EdgeBytes): AssetSnapshot {
  const picked = new Map<number, { part: AssetSnapshot; row: number; edges: Uint8Array }>();
  for (const part of [rows, newer]) {
    let at = 0;
    for (let row = 0; row < part.ordinals.length; row++) {
      const edges = part.edges.subarray(at, at += edgeBytes(part.codeId[row]!, part.status[row]!));
      picked.set(part.ordinals[row]!, { part, row, edges });
    }
  }
  const all = [...picked].sort(([a], [b]) => a - b).map(([, each]) => each);
  const numbers = (column: (typeof NUMBERS)[number]) =>
    Float64Array.from(all, ({ part, row }) => part[column][row]!);
  const bytes = (column: "status" | "checksPassed" | "checksFailed") =>
    Uint8Array.from(all, ({ part, row }) => part[column][row]!);
  return {
    ordinals: numbers("ordinals"),
    seq: numbers("seq"),
    changed: numbers("changed"),
    read: numbers("read"),
    at: numbers("at"),
    codeId: Int32Array.from(all, ({ part, row }) => part.codeId[row]!),
    status: bytes("status"),
    checksPassed: bytes("checksPassed"),
    checksFailed: bytes("checksFailed"),
    members: joined(all.map(({ part, row }) => part.members.subarray(row * MEMBER, (row + 1) * MEMBER))),
    edges: joined(all.map(({ edges }) => edges)),
  };
}
