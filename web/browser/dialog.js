// Opens the pages of acts in a dialog over the page; without scripts they are pages of their own.
// An open dialog is an entry of the history, so that Back closes it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-dialog]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  await openDialog(link.href, link);
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const dialog = form.closest("dialog");
  if (!dialog || form.method !== "get") return;
  event.preventDefault();
  await fill(dialog, `${form.action}?${new URLSearchParams(new FormData(form, event.submitter))}`);
});

addEventListener("popstate", () => document.querySelector("dialog[open]")?.close());
// Whoever comes back to where a dialog was open finds the page.
if (history.state?.dialog) history.back();

async function openDialog(url, opener) {
  const dialog = document.createElement("dialog");
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener.focus();
    if (!history.state?.dialog) return;
    // The way back to an address that names a part of the page takes the focus there.
    addEventListener("popstate", () => setTimeout(() => opener.focus()), { once: true });
    history.back();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      dialog.close();
    }
    sort(dialog, event);
  });
  await fill(dialog, url);
  if (!dialog.isConnected || !dialog.hasChildNodes()) return;
  history.pushState({ dialog: true }, "");
  dialog.showModal();
}

/** Sorts a table of the dialog where it stands. */
async function sort(dialog, event) {
  const headings = () => [...dialog.querySelectorAll("th a")];
  const place = headings().indexOf(event.target.closest("a"));
  if (place < 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  await fill(dialog, headings()[place].href);
  headings()[place]?.focus();
}

async function fill(dialog, url) {
  const response = await fetch(url);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const content = page.querySelector("#content");
  if (response.redirected || !content) {
    if (dialog.open) location.replace(response.url);
    else location.assign(response.url);
    return;
  }
  dialog.setAttribute("aria-label", content.querySelector("h1")?.textContent ?? "");
  dialog.replaceChildren(...content.childNodes);
}
