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

for (const mark of document.querySelectorAll("[data-scripted]")) mark.value = "1";

// A chosen status fills in its text, unless the person has written a text.
document.addEventListener("change", (event) => {
  const { template } = event.target.dataset;
  const text = event.target.form?.elements.feedback;
  if (template === undefined || !text) return;
  const templates = [...event.target.form.querySelectorAll("[data-template]")].map((one) => one.dataset.template);
  if (!text.value.trim() || templates.includes(text.value)) {
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

// Open forms with entries stay unchanged when the list around them is fetched again.
const chosen = () => document.querySelectorAll("[data-pick]:checked").length;
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old) =>
  !(old.matches?.("[data-keep-open]") && old.open)
  && !old.matches?.("[data-pick]:checked")
  && !(old.matches?.("[data-keep-chosen]") && chosen());
for (const kind of ["DOMContentLoaded", "change", "htmx:afterSwap"]) {
  document.addEventListener(kind, () => {
    const count = document.querySelector("[data-chosen]");
    if (count) count.textContent = chosen() || "";
  });
}

// If the views do not fit side by side, scroll to the present one.
function showView() {
  const strip = document.querySelector(".bar .tabs");
  const here = strip?.querySelector("[aria-current]");
  if (here) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}
for (const kind of ["pageshow", "htmx:afterSettle"]) addEventListener(kind, showView);

// A swapped list may be another view: the title follows, with the number of new orders if the person wants it.
const arrivals = {
  seen: 0,
  get wanted() {
    return localStorage.getItem("arrivals") === "on";
  },
  tell() {
    const list = document.getElementById("queue");
    if (!list) return;
    const newer = Number(list.dataset.newer);
    document.title = (this.wanted && newer ? `(${newer}) ` : "") + list.dataset.title;
    if (this.wanted && newer > this.seen) this.ring();
    this.seen = newer;
  },
  ring() {
    const sound = new AudioContext();
    for (const [at, pitch] of [[0, 660], [0.16, 880]]) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.08, sound.currentTime + at);
      volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + at + 0.3);
      tone.connect(volume).connect(sound.destination);
      tone.start(sound.currentTime + at);
      tone.stop(sound.currentTime + at + 0.3);
    }
    setTimeout(() => sound.close(), 1000);
  },
  show() {
    const button = document.getElementById("announce");
    if (!button) return;
    button.hidden = false;
    button.setAttribute("aria-pressed", String(this.wanted));
  },
};
document.addEventListener("htmx:afterSwap", () => arrivals.tell());
document.addEventListener("click", (event) => {
  if (!event.target.closest("#announce")) return;
  localStorage.setItem("arrivals", arrivals.wanted ? "off" : "on");
  arrivals.show();
  arrivals.tell();
});
arrivals.show();

// Rows do not move under the cursor: while it is over the list, a refresh that would move rows waits.
document.addEventListener("htmx:beforeSwap", (event) => {
  const list = event.detail.target;
  if (list?.id !== "queue" || event.detail.requestConfig.triggeringEvent?.type !== "refresh") return;
  const body = list.querySelector("tbody");
  if (!body?.matches(":hover")) return;
  const fresh = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const rows = (root) => [...root.querySelectorAll("tr[data-order]")].map((row) => row.dataset.order);
  const now = rows(list);
  const then = rows(fresh);
  if (now.every((id, at) => then[at] === id)) return;
  event.detail.shouldSwap = false;
  body.addEventListener("mouseleave", () => htmx.trigger(list, "refresh"), { once: true });
});

// The last action can be undone while its message waits; after that the undo button disappears.
for (const form of document.querySelectorAll("[data-undo]")) {
  const end = performance.now() + Number(form.dataset.undo) * 1000;
  const tick = setInterval(() => {
    const left = end - performance.now();
    form.querySelector("[data-undo-left]").textContent = `${Math.ceil(Math.max(left, 0) / 1000)}`;
    if (left > 0) return;
    clearInterval(tick);
    if (!form.dataset.sent) form.remove();
  }, 200);
}
