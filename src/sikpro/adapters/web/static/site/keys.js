// Keys: x activates the element with data-key="x"; j and k move in a list, Enter opens, ? shows all keys.
"use strict";

const typing = (element) => element.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

function step(by) {
  const links = [...document.querySelectorAll("tr[data-order] a.order-number")];
  if (!links.length) return;
  const row = document.activeElement.closest?.("tr[data-order]");
  const at = links.findIndex((link) => link.closest("tr") === row);
  const next = links[Math.min(Math.max(at + by, 0), links.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function press(key) {
  // An open choice (skip, remind me later) has its own keys; they come before those of the page.
  const first = [...document.querySelectorAll("[data-keys-first][open] [data-key]:not(summary)")];
  const target = [...first, ...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  if (!target) return false;
  if (target.matches("input:not([type=radio], [type=checkbox]), textarea, select")) {
    target.focus();
    target.scrollIntoView({ block: "nearest" });
    return true;
  }
  // The chosen status gets the focus, so that Enter sends it.
  if (target.matches("input")) target.focus();
  target.click();
  const fold = target.closest("summary")?.parentElement;
  if (fold?.open && fold.dataset.keysFirst === undefined) fold.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("#bulk select, #bulk input")) {
    // Enter presses the button beside the entry, not the first button of the form.
    event.preventDefault();
    event.target.closest(".bulk-part").querySelector("button").click();
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form") ?? document.getElementById("answer-form");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest(".find") && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    const places = [document.getElementById("find"), ...document.querySelectorAll("#found a")];
    places[places.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    event.preventDefault();
    return;
  }
  const sheet = document.getElementById("keys");
  if (event.key === "Escape" && typing(event.target)) event.target.blur();
  if (typing(event.target) || sheet?.open) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "x" && event.target.closest("tr[data-order]")) {
    event.target.closest("tr").querySelector("[data-pick]")?.click();
  }
  else if (event.key === "?" && sheet) sheet.showModal();
  else if (!press(event.key)) return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) document.getElementById("keys").showModal();
});

// A list that is fetched again restores the focus: to the same row, or to the row in its place.
let walked = -1;
document.addEventListener("htmx:beforeSwap", () => {
  const row = document.activeElement.closest?.("tr[data-order]");
  walked = row ? [...document.querySelectorAll("tr[data-order]")].indexOf(row) : -1;
});
document.addEventListener("htmx:afterSwap", () => {
  if (walked < 0 || (document.activeElement && document.activeElement !== document.body)) return;
  const links = document.querySelectorAll("tr[data-order] a.order-number");
  links[Math.min(walked, links.length - 1)]?.focus({ preventScroll: true });
});

// From an order back to its list, with the filters: the focus goes to the order's row. If the row has left the list,
// the focus goes to the row in its place.
const PLACE = "sikpro.place";
addEventListener("pagehide", () => {
  if (!document.getElementById("queue")) return;
  const row = document.activeElement?.closest("tr[data-order]");
  const at = row ? [...document.querySelectorAll("tr[data-order]")].indexOf(row) : -1;
  sessionStorage.setItem(PLACE, JSON.stringify({ list: location.pathname + location.search, order: row?.dataset.order, at }));
});
addEventListener("pageshow", () => {
  const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  if (!place) return;
  document.querySelector("a[data-back]")?.setAttribute("href", place.list);
  const rows = [...document.querySelectorAll("tr[data-order]")];
  const fromOrder = document.referrer.startsWith(`${location.origin}/orders/`);
  if (!fromOrder || place.at < 0 || !rows.length || place.list !== location.pathname + location.search) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  const row = rows.find((one) => one.dataset.order === place.order) ?? rows[Math.min(place.at, rows.length - 1)];
  row.querySelector("a.order-number").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
});
