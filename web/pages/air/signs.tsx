import type { View } from "../../view/view.ts";
import { type AirClass, classOf, type PollutantName, POLLUTANTS, UNIT } from "./pollutants.ts";
import { text } from "./words.ts";

/** Each class's shape, around 0, within 7 of it. */
const SHAPES: Readonly<Record<AirClass, string>> = {
  1: "M0-5.5A5.5 5.5 0 1 1 0 5.5 5.5 5.5 0 1 1 0-5.5Z",
  2: "M-5-5H5V5H-5Z",
  3: "M0-6.5 6.5 0 0 6.5-6.5 0Z",
  4: "M0-6.5 6.5 5.5H-6.5Z",
  5: "M0 6.5 6.5-5.5H-6.5Z",
  6: "M-6-3.5-3.5-6 0-2.5 3.5-6 6-3.5 2.5 0 6 3.5 3.5 6 0 2.5-3.5 6-6 3.5-2.5 0Z",
};

export const CLASSES: readonly AirClass[] = [1, 2, 3, 4, 5, 6];

/** The shape of a class, in its colour, at a place of a drawing. */
export function Shape(
  { of, x = 0, y = 0, scale = 1 }: { of: AirClass; x?: number; y?: number; scale?: number },
) {
  const place = `translate(${x.toFixed(1)} ${y.toFixed(1)})${scale === 1 ? "" : ` scale(${scale})`}`;
  return <path class={`air a-${of}`} d={SHAPES[of]} transform={place} />;
}

/** A shape in a line of text; its class's name has to stand beside it. */
export function AirSign({ of }: { of: AirClass }) {
  return (
    <svg class="sign" viewBox="-8 -8 16 16" aria-hidden="true">
      <Shape of={of} />
    </svg>
  );
}

/** A value with the shape and the name of its class. */
export function AirValue(
  { view, pollutant, value, brief = false }: {
    view: View;
    pollutant: PollutantName;
    value: number;
    brief?: boolean;
  },
) {
  const of = classOf(pollutant, value);
  return (
    <span class="state">
      <AirSign of={of} />
      <span>
        <strong>{view.format.number(value)}</strong> {brief ? "" : `${UNIT}, `}
        <span class="small quiet">{view.in(text).classes[of - 1]}</span>
      </span>
    </span>
  );
}

/** What the shapes mean, with the bounds of the classes. */
export function AirLegend({ view, pollutant }: { view: View; pollutant: PollutantName }) {
  const t = view.in(text);
  const { bounds } = POLLUTANTS[pollutant];
  return (
    <ul class="legend">
      {CLASSES.map((of) => (
        <li class="state">
          <AirSign of={of} />
          {t.classes[of - 1]}{" "}
          <span class="quiet">
            {of === 6 ? `> ${view.format.number(bounds[4])}` : `≤ ${view.format.number(bounds[of - 1]!)}`}
          </span>
        </li>
      ))}
      <li class="quiet">{UNIT}, {t.bounds}</li>
    </ul>
  );
}
