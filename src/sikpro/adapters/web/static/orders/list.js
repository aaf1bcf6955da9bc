// A list of orders: what is chosen and opened in it stays, and nothing in it moves under the pointer or the focus.
"use strict";

const rowsOf = (root) => [...root.querySelectorAll("tr[data-order]")];
const chosen = () => document.querySelectorAll("[data-pick]:checked").length;

// Open folds, and forms with entries, stay as they are when the list around them is fetched again.
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old) =>
  !(old.matches?.("[data-keep-open]") && old.open)
  && !old.matches?.("[data-pick]:checked")
  && !(old.matches?.("[data-keep-chosen]") && chosen());
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node.matches("details"));
for (const kind of ["DOMContentLoaded", "change", "htmx:afterSwap"]) {
  document.addEventListener(kind, () => {
    const count = document.querySelector("[data-chosen]");
    if (count) count.textContent = chosen() || "";
    document.body.classList.toggle("some-chosen", chosen() > 0);
  });
}

// While the pointer or the focus is in the rows, a refresh changes each row where it stands: a row that has left the
// list stays, dimmed, and new ones wait behind the pill. The rest follows when pointer and focus have left, or on ".".
const still = {
  box: () => document.querySelector("#queue .list-box"),
  get held() {
    const rows = this.box()?.querySelector("tbody");
    return Boolean(rows) && (rows.matches(":hover") || rows.contains(document.activeElement));
  },
  // Change the rows in place; return whether the fresh list has others, or has them elsewhere.
  renew(list, fresh) {
    const now = rowsOf(list);
    const then = rowsOf(fresh);
    for (const row of now) {
      const same = then.find((one) => one.id === row.id);
      row.classList.toggle("gone", !same);
      if (same) {
        if (row.hasAttribute("aria-current")) same.setAttribute("aria-current", "true");
        Idiomorph.morph(row, same);
      }
    }
    for (const part of [".tabs", ".pills"]) Idiomorph.morph(list.querySelector(part), fresh.querySelector(part));
    // What comes after the last row moves nothing.
    for (const row of then.slice(now.length)) {
      if (now.every((one, at) => then[at]?.id === one.id)) now[0].parentElement.append(row);
    }
    list.dataset.newer = fresh.dataset.newer;
    return rowsOf(list).map((row) => row.id).join() !== then.map((row) => row.id).join();
  },
  release() {
    const list = document.getElementById("queue");
    if (list?.hasAttribute("data-moved") && !this.held) htmx.trigger(list, "refresh");
  },
};
document.addEventListener("htmx:beforeSwap", (event) => {
  const list = event.detail.target;
  if (list?.id !== "queue" || event.detail.requestConfig.triggeringEvent?.type !== "refresh" || !still.held) return;
  const fresh = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").getElementById("queue");
  if (!fresh || !rowsOf(list).length) return;
  event.detail.shouldSwap = false;
  list.toggleAttribute("data-moved", still.renew(list, fresh));
  htmx.process(list);
  arrivals.tell();
});
for (const kind of ["mouseout", "focusout"]) document.addEventListener(kind, () => requestAnimationFrame(() => still.release()));

// The pill fetches the list as it is now, in place.
document.addEventListener("click", (event) => {
  const pill = event.target.closest("[data-fresh]");
  if (!pill || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const before = new Set(rowsOf(document).map((row) => row.id));
  htmx.ajax("GET", pill.getAttribute("href"), { target: "#queue", swap: "morph:outerHTML" }).then(() => {
    const arrived = rowsOf(document).filter((row) => !before.has(row.id));
    for (const row of arrived) row.classList.add("arrived");
    arrived[0]?.scrollIntoView({ block: "nearest" });
  });
});

// If the views do not fit side by side, scroll to the present one.
function showView() {
  const strip = document.querySelector(".bar .tabs");
  const here = strip?.querySelector("[aria-current]");
  if (here) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}
for (const kind of ["pageshow", "htmx:afterSettle"]) addEventListener(kind, showView);

// A swapped list may be another view: the title follows, with the number of new orders if the person wants it.
const arrivals = {
  before: 0,
  get wanted() {
    return localStorage.getItem("arrivals") === "on";
  },
  tell() {
    const list = document.getElementById("queue");
    if (!list) return;
    const newer = Number(list.dataset.newer);
    const title = document.getElementById("order")?.dataset.title ?? list.dataset.title;
    document.title = (this.wanted && newer ? `(${newer}) ` : "") + title;
    if (this.wanted && newer > this.before) this.ring();
    this.before = newer;
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

// A list that is fetched again restores the focus: to the same row, or to the row in its place.
const walk = {
  at: -1,
  row: () => document.activeElement?.closest?.("tr[data-order]"),
  note() {
    const row = this.row() ?? document.querySelector("tr[data-order][aria-current]");
    this.at = row ? rowsOf(document).indexOf(row) : this.at;
    this.focused = Boolean(this.row());
  },
  restore() {
    if (!this.focused || (document.activeElement && document.activeElement !== document.body)) return;
    const rows = rowsOf(document);
    rows[Math.min(this.at, rows.length - 1)]?.querySelector("a.order-number").focus({ preventScroll: true });
  },
};
document.addEventListener("htmx:beforeSwap", () => walk.note());
document.addEventListener("htmx:afterSwap", () => walk.restore());

// Back in a list, scroll and focus are as they were: on the same row, or on the one in its place if it has left.
const PLACE = "sikpro.place";
const scrolled = () => document.querySelector(".side-list .list-box");
addEventListener("pagehide", () => {
  const list = document.getElementById("queue");
  if (!list?.checkVisibility()) return;
  walk.note();
  const row = walk.row() ?? document.querySelector("tr[data-order][aria-current]");
  const place = {
    list: list.dataset.list, path: `/orders${list.dataset.list && `?${list.dataset.list}`}`,
    order: row?.dataset.order, at: row ? walk.at : -1, top: scrollY, inner: scrolled()?.scrollTop ?? 0,
  };
  sessionStorage.setItem(PLACE, JSON.stringify(place));
});
addEventListener("pageshow", (event) => {
  const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  const list = document.getElementById("queue");
  if (!place || event.persisted) return;
  const back = document.querySelector("a[data-back]");
  if (back && !new URL(location.href).searchParams.has("in")) back.setAttribute("href", place.path);
  const [how] = performance.getEntriesByType("navigation");
  const returns = document.referrer.startsWith(`${location.origin}/orders/`) || ["reload", "back_forward"].includes(how?.type);
  if (!returns || !list?.checkVisibility() || place.list !== list.dataset.list) return;
  scrollTo({ top: place.top });
  if (scrolled()) scrolled().scrollTop = place.inner;
  const rows = rowsOf(document);
  if (place.at < 0 || !rows.length || (document.activeElement && document.activeElement !== document.body)) return;
  const row = rows.find((one) => one.dataset.order === place.order) ?? rows[Math.min(place.at, rows.length - 1)];
  row.querySelector("a.order-number").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
});
