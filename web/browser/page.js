// Tells the server the viewer's zone, so that it writes times in it; the first page of all is written in UTC.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const known = document.cookie.split("; ").find((each) => each.startsWith("own_zone="));
if (zone && known !== `own_zone=${encodeURIComponent(zone)}`) {
  document.cookie = `own_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=strict`;
}

// A form of choices applies each choice at once; without scripts its button does.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// An act is asked for as its preview says it: where a choice differs from what was looked at, one looks again first.
document.addEventListener("input", ({ target }) => heed(target.form));
addEventListener("pageshow", () => document.querySelectorAll("form[data-previews]").forEach(heed));

function heed(form) {
  if (!form?.matches("[data-previews]")) return;
  const differs = [...form.elements].some((field) =>
    field.value !== field.defaultValue && field.defaultValue !== undefined ||
    field.checked !== field.defaultChecked
  );
  form.querySelector("[data-differs]").hidden = !differs;
  for (const button of form.closest("dialog, main").querySelectorAll("form[method=post] button")) {
    button.disabled = differs;
  }
}

// What takes a while is fetched once the page is there, into the place of the link to it.
for (const link of document.querySelectorAll("a[data-include]")) include(link);

async function include(link) {
  const response = await fetch(link.href).catch(() => undefined);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const part = page.querySelector("[data-included]");
  if (part) link.replaceWith(document.adoptNode(part));
}
