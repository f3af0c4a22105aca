import type { KeptLogEntry } from "../../core/mod.ts";
import type { View } from "../view/view.ts";

/** Lines of a log, as they were written. */
export function LogLines({ view, lines }: { view: View; lines: readonly KeptLogEntry[] }) {
  return (
    <ol class="log" tabindex={0} lang="en">
      {lines.map(({ line, at, level, message, fields }) => (
        <li class={`l-${level}`} id={`line-${line}`}>
          <time datetime={new Date(at).toISOString()}>{view.format.clock(at)}</time>{" "}
          <span class="level">{level}</span> <span>{message}</span>
          {Object.keys(fields).length === 0
            ? null
            : <span class="quiet">{` ${JSON.stringify(fields)}`}</span>}
        </li>
      ))}
    </ol>
  );
}
