// Functions beyond forms and links. Everything works without this script, a little slower.
"use strict";

// Copying also works on plain HTTP, where scripts have no clipboard.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const focused = document.activeElement;
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    focused?.focus({ preventScroll: true });
  }
}
function toast(text) {
  const line = document.createElement("p");
  line.className = "toast good";
  line.textContent = text;
  document.getElementById("toasts").replaceChildren(line);
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-of]");
  if (button) {
    const text = button.dataset.copy ?? document.getElementById(button.dataset.copyOf).value;
    await copy(text);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
    toast(`${document.body.dataset.copied}: ${button.dataset.copyAs ?? text}`);
    return;
  }
  for (const menu of document.querySelectorAll("details.person[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Several clicks on a button cause one action.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  // Long actions show that they run: an import of thousands of rows, the upload of a large file.
  setTimeout(() => form.dataset.sent && showBusy(), 800);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  document.querySelector(".toast.busy")?.remove();
});

function showBusy() {
  if (document.querySelector(".toast.busy")) return;
  const said = document.createElement("p");
  said.className = "toast busy";
  const bar = document.createElement("progress");
  bar.ariaLabel = document.body.dataset.busy;
  said.append(bar, document.body.dataset.busy);
  document.getElementById("toasts").append(said);
}

// A chosen status fills in its text, unless the person has written a text.
document.addEventListener("change", (event) => {
  const { template } = event.target.dataset;
  const text = event.target.form?.elements.feedback;
  if (template === undefined || !text) return;
  const templates = [...event.target.form.querySelectorAll("[data-template]")].map((one) => one.dataset.template.trim());
  if (!text.value.trim() || templates.includes(text.value.trim())) {
    text.value = template;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// The address contains only the filters that are set.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("form[data-lean]")) return;
  for (const field of event.target.elements) if (!field.value) field.disabled = true;
});
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-lean] :disabled")) field.disabled = false;
});

// What is announced is what was looked at: after a change in the form the button of the preview goes.
document.addEventListener("input", (event) => {
  if (!event.target.form?.matches("form[data-stale]")) return;
  for (const form of document.querySelectorAll("[data-stale-of]")) form.hidden = true;
  for (const note of document.querySelectorAll("[data-stale-note]")) note.hidden = false;
});
