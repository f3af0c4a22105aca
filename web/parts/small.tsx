import type { Child } from "hono/jsx";
import { type Instant, type PartitionSet, rangeText, SECOND } from "../../core/mod.ts";
import type { View } from "../view/view.ts";
import { words } from "../view/language.ts";

/** A moment in the viewer's zone, with the exact one behind it. */
export function Time({ view, at }: { view: View; at: Instant }) {
  return (
    <time datetime={new Date(at).toISOString()} title={`${view.zone}`} class="nowrap">
      {view.format.time(at)}
    </time>
  );
}

/** What ages are written as; scripts write them by these, too. */
export const AGES = words({
  ago: (text: string) => `${text} ago`,
  in: (text: string) => `in ${text}`,
  due: "now",
}, {
  ago: (text) => `${text} trước`,
  in: (text) => `${text} nữa`,
  due: "bây giờ",
});

/** How long ago or ahead a moment is, with the moment behind it. @param isNext Whether it is due once it has come. */
export function Age({ view, at, isNext = false }: { view: View; at: Instant; isNext?: boolean }) {
  const { ago, in: ahead, due } = view.in(AGES);
  const away = at - view.now;
  const length = view.format.duration(Math.max(SECOND, Math.abs(away)));
  return (
    <time
      datetime={new Date(at).toISOString()}
      title={`${view.format.time(at)} ${view.zone}`}
      class="nowrap"
      data-age={isNext ? "next" : "past"}
    >
      {isNext && away < SECOND ? due : away <= 0 ? ago(length) : ahead(length)}
    </time>
  );
}

/** A number that can be read from across a room, with its unit. */
export function Big({ value, unit }: { value: Child; unit: Child }) {
  return (
    <p>
      <span class="big">{value}</span> <span class="unit">{unit}</span>
    </p>
  );
}

/** Says that there is nothing, and what to do next. @param whole Whether it is all that the page says. */
export function Empty({ title, whole, children }: { title: string; whole?: boolean; children?: Child }) {
  return (
    <div class="empty">
      {whole ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}

/** A part of a page with a heading. @param live Its name, where it is kept up to date. */
export function Panel(
  { title, side, live, id, children }: {
    title: Child;
    side?: Child;
    live?: string;
    id?: string;
    children?: Child;
  },
) {
  return (
    <section class="panel" {...(id && { id })} {...(live && { "data-live": live })}>
      <header>
        <h2>{title}</h2>
        {side}
      </header>
      {children}
    </section>
  );
}

/** The page's heading, what it is about in a sentence, and what can be done. */
export function Title({ title, lead, children }: { title: Child; lead?: Child; children?: Child }) {
  return (
    <div class="title">
      <h1>{title}</h1>
      {children === undefined ? null : <div class="acts">{children}</div>}
      {lead === undefined ? null : <p class="lead">{lead}</p>}
    </div>
  );
}

/** The program's own words, which are English whatever language the page has. */
export function Said({ children }: { children: Child }) {
  return <span lang="en">{children}</span>;
}

const waiting = words({ tables: "Reading the tables …" }, { tables: "Đang đọc các bảng …" });

/** Stands in the place of what takes long, until that follows it. */
export function Waiting({ view }: { view: View }) {
  return <p class="waiting quiet" role="status">{view.in(waiting).tables}</p>;
}

/** What the graph's author wrote, in whatever language. */
export function Written({ children }: { children: Child }) {
  return <span lang="">{children}</span>;
}

/** Facts with their names. */
export function Facts({ of }: { of: readonly (readonly [Child, Child])[] }) {
  return <dl class="facts">{of.map(([name, value]) => [<dt>{name}</dt>, <dd>{value}</dd>])}</dl>;
}

/** The address of an asset's page. */
export function assetHref(key: string): string {
  return `/assets/${key.split("/").map(encodeURIComponent).join("/")}`;
}

/** The address of a partition's page; `_` where there is no key. */
export function partitionHref(key: string, partition: string | null): string {
  return `${assetHref(key)}/${encodeURIComponent(partition ?? "_")}`;
}

/** The first partition of those that a warning is of: one by its key, or a range as `first/last`. */
export function firstOf(set: PartitionSet, of: string | null): string | null {
  if (of === null || set.ordinal(of) !== undefined) return of;
  const slashes = [...of.matchAll(/\//g)].map(({ index }) => index);
  return slashes.map((index) => of.slice(0, index)).find((key) => set.ordinal(key) !== undefined) ?? of;
}

/** An asset's key, which leads to its page. */
export function AssetLink({ of }: { of: string }) {
  return <a class="key" href={assetHref(of)}>{of}</a>;
}

/** Neighbouring partitions of an asset, which lead to the page of one. @param at Of which. @default the first */
export function RangeLink(
  { asset, from, to, at = from }: {
    asset: string;
    from: string | null;
    to: string | null;
    at?: string | null;
  },
) {
  return from === null ? null : <a class="key" href={partitionHref(asset, at)}>{rangeText(from, to)}</a>;
}
