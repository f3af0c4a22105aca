// Keeps the parts of a page that follow the lake up to date: what is named by `data-live` is fetched again once something
// changed, at most once a second, and put in the place of what stands, unless the viewer is at work in it.
const source = document.body.dataset.follows;
const LEAST_MS = 1_000;
/** Says that the page follows no more: what it shows is of before. */
const lost = document.querySelector("[data-lost]");

/** The parts as the server sent them: what scripts or the viewer changed in them since is no change of the lake. */
const sent = new WeakMap();
for (const part of document.querySelectorAll("[data-live]")) sent.set(part, part.outerHTML);

let fetching = false;
let wanted = false;
let last = 0;

async function refresh() {
  wanted = true;
  if (fetching || document.hidden) return;
  fetching = true;
  while (wanted && !document.hidden) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, last + LEAST_MS - Date.now())));
    wanted = false;
    last = Date.now();
    const response = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => undefined);
    if (response) lost?.toggleAttribute("hidden", response.ok);
    if (response?.ok) replace(new DOMParser().parseFromString(await response.text(), "text/html"));
  }
  fetching = false;
}

function replace(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
    if (!fresh || sent.get(part) === fresh.outerHTML || isBusy(part)) continue;
    sent.set(fresh, fresh.outerHTML);
    keepOpen(part, fresh);
    const atEnd = part.scrollTop + part.clientHeight >= part.scrollHeight - 4;
    const { scrollTop, scrollLeft } = part;
    part.replaceWith(document.adoptNode(fresh));
    fresh.scrollTop = atEnd ? fresh.scrollHeight : scrollTop;
    fresh.scrollLeft = scrollLeft;
    fresh.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
  }
}

/** What the viewer has opened or closed stays so. */
function keepOpen(part, fresh) {
  const shown = part.querySelectorAll("details");
  for (const [place, details] of fresh.querySelectorAll("details").entries()) {
    if (shown[place]) details.open = shown[place].open;
  }
}

/** Whether the viewer's focus or selection is in a part. */
function isBusy(part) {
  if (part.contains(document.activeElement)) return true;
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && part.contains(selection.anchorNode);
}

if (source && document.querySelector("[data-live]")) {
  const events = new EventSource(source);
  // The first tells where one is: what happened between the page and it is caught up with.
  events.addEventListener("changes", refresh);
  events.addEventListener("error", () => lost?.removeAttribute("hidden"));
  events.addEventListener("open", () => {
    if (lost && !lost.hidden) refresh();
    lost?.setAttribute("hidden", "");
  });
  // What nobody tells, such as that a daemon is gone, is looked for now and then.
  setInterval(refresh, 30_000);
  addEventListener("pagehide", () => events.close());
  document.addEventListener("visibilitychange", () => wanted && refresh());
  const every = Number(document.querySelector("[data-every]")?.dataset.every);
  if (every > 0) setInterval(refresh, every * 1_000);
}
