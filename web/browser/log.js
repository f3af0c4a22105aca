// Lets the log of a run grow from the line on where it is; one who looks at its end stays there.
const part = document.querySelector("[data-log]");
const EVERY_MS = 1_000;

async function grow() {
  const log = part.querySelector(".log");
  const last = log.lastElementChild?.id.replace("line-", "") ?? "0";
  const response = await fetch(`${part.dataset.log}&after=${last}`).catch(() => undefined);
  if (!response?.ok) return true;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const lines = page.querySelectorAll(".log > li");
  const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
  for (const line of lines) {
    if (!document.getElementById(line.id)) log.append(document.adoptNode(line));
  }
  const none = part.querySelector("[data-no-lines]");
  none.textContent = page.querySelector("[data-no-lines]").textContent;
  none.hidden = log.childElementCount > 0;
  if (atEnd) log.scrollTop = log.scrollHeight;
  return lines.length > 0 || response.headers.get("airgraph-open") === "1";
}

if (part) {
  part.querySelector(".log").scrollTop = part.querySelector(".log").scrollHeight;
  const again = async () => {
    if (document.hidden || await grow()) setTimeout(again, EVERY_MS);
  };
  setTimeout(again, EVERY_MS);
}
