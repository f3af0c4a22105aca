// Draws series that one may look at closer, in the place of the server's drawing, from the same values.
const COLOURS = ["--accent", "--late", "--blocked", "--fresh", "--stale", "--quiet"];
const DASHES = [[], [6, 3], [2, 3], [10, 3, 2, 3], [12, 4], [1, 4]];
const DAY_S = 86_400;

function draw(part) {
  const { x, lines, limits, zone, unit } = JSON.parse(part.dataset.plot);
  const drawing = part.querySelector("svg");
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  // Swedish dates are those of ISO 8601.
  const time = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const textAt = (seconds) => time.format(seconds * 1_000);
  const tick = (step) => (seconds) => {
    const text = textAt(seconds);
    return step >= DAY_S || text.endsWith("00:00") ? text.slice(5, 10) : text.slice(11);
  };
  const axis = {
    stroke: colour("--quiet"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const holder = document.createElement("div");
  holder.setAttribute("role", "img");
  holder.setAttribute("aria-label", drawing.getAttribute("aria-label"));
  const size = () => ({ width: Math.max(280, part.clientWidth), height: 300 });
  const plot = new uPlot(
    {
      ...size(),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), zone),
      scales: { y: { range: (_, least, most) => [Math.min(0, least), most * 1.05] } },
      series: [
        { label: zone, value: (_, at) => at === null ? "–" : textAt(at) },
        ...lines.map(({ name }, place) => ({
          label: `${name} (${unit})`,
          stroke: colour(COLOURS[place]),
          dash: DASHES[place],
          width: 1.75,
          points: { show: false },
          value: (_, value) => value === null ? "–" : value.toFixed(1),
        })),
        ...limits.map(({ name }) => ({
          label: name,
          stroke: colour("--failed"),
          dash: [5, 4],
          width: 1,
          points: { show: false },
          value: () => "",
        })),
      ],
      axes: [
        { ...axis, values: (_, splits, __, ___, step) => splits.map(tick(step)) },
        axis,
      ],
    },
    [x, ...lines.map(({ values }) => values), ...limits.map(({ value }) => x.map(() => value))],
    holder,
  );
  drawing.closest(".scroll").replaceWith(holder);
  part.querySelector(".legend")?.remove();
  const hint = document.querySelector("[data-plot-hint]");
  if (hint) hint.hidden = false;
  new ResizeObserver(() => plot.setSize(size())).observe(part);
}

function drawIn(page) {
  for (const part of page.querySelectorAll("[data-plot]")) draw(part);
}

drawIn(document);
document.addEventListener("renewed", ({ target }) => drawIn(target));
