import type { Delivery } from "../../../core/mod.ts";
import { Age } from "../../parts/small.tsx";
import { Marked, type ShownState } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { text } from "./words.ts";

/** The state whose sign and colour a delivery's outcome has. */
const LIKE: Readonly<Record<Delivery["outcome"], ShownState>> = {
  delivered: "fresh",
  failed: "failed",
  waiting: "queued",
};

/** Whom an alert was told to, what of it, and what came of that. */
export function Deliveries({ view, deliveries }: { view: View; deliveries: readonly Delivery[] }) {
  const t = view.in(text);
  if (deliveries.length === 0) return <p class="small quiet">{t.toNobody}</p>;
  return (
    <ul class="small">
      {deliveries.map(({ channel, event, at, outcome, detail }) => (
        <li>
          <Marked state={LIKE[outcome]}>
            {`${channel}, ${t.events[event]}: ${t.outcomes[outcome]}`}
          </Marked>{" "}
          {at === null ? null : (
            <span class="quiet">
              <Age view={view} at={at} />
            </span>
          )}
          {detail === null ? null : <span class="whole" lang="en">{` ${detail}`}</span>}
        </li>
      ))}
    </ul>
  );
}
