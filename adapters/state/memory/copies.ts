import type { AssetEvent, Intent, Materialized, NewEvent } from "../../../core/mod.ts";

/** A frozen copy of plain data. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  const copy: unknown = Array.isArray(value)
    ? value.map(frozen)
    : Object.fromEntries(Object.entries(value).map(([key, of]) => [key, frozen(of)]));
  return Object.freeze(copy) as T;
}

/** A copy to keep: nobody else can change it. */
export function keepEvent<E extends NewEvent>(event: E): E {
  if (event.kind !== "materialized") return frozen(event);
  const { payload, checks } = event;
  return { ...event, ...bytes(event), payload: frozen(payload), checks: frozen(checks) };
}

/** A kept event to give away. */
export function giveEvent<E extends NewEvent | AssetEvent>(kept: E): E {
  return kept.kind === "materialized" ? { ...kept, ...bytes(kept) } : kept;
}

export function copyIntent({ event, replacements, measured }: Intent): Intent {
  return { event: keepEvent(event), replacements: frozen(replacements), measured: frozen(measured) };
}

function bytes({ member, edges }: Materialized): { member: Uint8Array; edges: Uint8Array } {
  return { member: member.slice(), edges: edges.slice() };
}
