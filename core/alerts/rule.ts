import type { Severity } from "../check.ts";
import type { AssetKey } from "../event.ts";
import { isBehind, type Node } from "../staleness/node.ts";
import type { AlertView } from "./view.ts";
import type { AlertText } from "../ports/alerts.ts";

/** Something that is wrong with a subject now. */
export interface Symptom extends AlertText {
  readonly subject: string;
  /** The source that it most likely comes of: while that is down, nobody is told besides. */
  readonly because?: string;
  /** Whether somebody is at work on all of it: nobody is told unless it goes on for a while. */
  readonly mending?: boolean;
}

/** A rule that finds what is wrong. An episode lasts for as long as it finds something wrong with one subject. */
export interface AlertRule {
  /** Several rules may share one: what they find of a subject is one episode, as bad as the worst. */
  readonly name: string;
  find(view: AlertView): Promise<readonly Symptom[]> | readonly Symptom[];
  /** Whether those tell of it, too, who follow the one that requests runs: it is about that one. @default false */
  readonly byFollowers?: boolean;
  /** Whether it would find what is wrong with a subject: that it finds nothing of another says nothing. @default yes */
  readonly sees?: (view: AlertView, subject: string) => boolean;
}

/** The assets that a rule looks at. @default all */
export interface AlertScope {
  readonly assets?: readonly AssetKey[];
  readonly groups?: readonly string[];
}

/** The partitions of which it is told that they are late. */
export interface LateScope extends AlertScope {
  /**
   * Missing ones only of so many of the latest that exist: a backfill owes nothing between. What stood once counts at
   * any age.
   *
   * @default all
   */
  readonly latest?: number;
}

/** The checks that a rule looks at. */
export interface CheckScope extends AlertScope {
  /** The rule's name. @default "check" */
  readonly rule?: string;
  /** By name. @default all, but for those of `except` */
  readonly checks?: readonly string[];
  readonly except?: readonly string[];
  /** @default both */
  readonly severity?: Severity;
  /** Only of so many of the latest partitions that exist. @default all */
  readonly latest?: number;
  /** Whether a subject is the asset, or each that the check names in its `subjects`. @default the asset */
  readonly by?: "asset" | "subjects";
}

/** Whether a rule looks at a node. What other code was registered of is not judged by this one. */
export function covers({ assets, groups }: AlertScope, node: Node): boolean {
  const { key, asset } = node;
  return (assets?.includes(key) ?? true) && (groups?.includes(asset.group) ?? true) && !isBehind(node);
}

/**
 * Whether an asset is one of the graph's, or was: those of other groups, and those of other code, are others' to judge, who
 * share the state.
 */
export function seesAsset({ index }: AlertView, key: AssetKey): boolean {
  if (!key.includes("/")) return false;
  const own = index.find(key);
  if (own !== undefined) return !isBehind(own);
  const prefix = key.slice(0, key.indexOf("/") + 1);
  return index.isLatest && index.nodes.some((node) => node.key.startsWith(prefix));
}
