// Runs the statement by Ctrl+Enter, or ⌘+Enter, as its button does.
const field = document.querySelector("textarea[data-run]");
field?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  field.form.requestSubmit();
});
