// Lets the clock and all ages go on by themselves from what the server told last.
const SECONDS = [31_557_600, 86_400, 3_600, 60, 1];
let told;

function tell() {
  const head = document.querySelector("[data-now]");
  if (!head) return;
  const { zone, ...words } = JSON.parse(head.dataset.ages);
  // Swedish dates are those of ISO 8601.
  const format = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  told = {
    ...words,
    format,
    now: Number(head.dataset.now),
    at: performance.now(),
    time: head.querySelector("time"),
  };
}

function now() {
  return told.now + (performance.now() - told.at) * told.speed;
}

function duration(length) {
  let left = Math.max(1, Math.round(length / 1_000));
  const said = SECONDS.map((seconds, place) => {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    return count > 0 ? `${count} ${told.units[place]}` : "";
  });
  return said.filter((each) => each !== "").slice(0, 2).join(" ");
}

tell();
document.addEventListener("renewed", ({ target }) => target.matches("[data-now]") && tell());
if (told) {
  setInterval(() => told.time.textContent = told.format.format(now()), 1_000);
  setInterval(() => {
    for (const time of document.querySelectorAll("time[data-age]")) {
      const away = Date.parse(time.dateTime) - now();
      const isDue = time.dataset.age === "next" && away < 1_000;
      time.textContent = isDue
        ? told.due
        : (away <= 0 ? told.ago : told.in).replace("{}", duration(Math.abs(away)));
    }
  }, 10_000);
}
