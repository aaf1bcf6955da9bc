// Keys: x activates the element with data-key="x"; j and k move in a list, Enter opens, ? shows all keys.
"use strict";

const typing = (element) => element.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

// From the focused row, or the row of the order that is open beside; if it has left the list, from its place.
function step(by) {
  const links = [...document.querySelectorAll("tr[data-order] a.order-number")];
  if (!links.length || !links[0].checkVisibility()) return;
  const row = document.activeElement.closest?.("tr[data-order]") ?? document.querySelector("tr[data-order][aria-current]");
  const here = links.findIndex((link) => link.closest("tr") === row);
  const at = here < 0 && walk.at >= 0 ? walk.at - (by > 0) : here;
  const next = links[Math.min(Math.max(at + by, 0), links.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  if (sides.on) next.click();
}

// A key belongs to the order that was on the screen when it was pressed (`orders/flow.js`). Return whether it was dropped.
function dropped(target, key) {
  if (!flow.opening || !target?.closest(".side-order, [data-next]")) return false;
  flow.drop(key);
  return true;
}
// The caret stands at the end, after a space, so that a text can be continued.
function toEnd(area) {
  if (/\S$/.test(area.value)) area.value += " ";
  area.setSelectionRange(area.value.length, area.value.length);
}

function press(key) {
  // An open choice (skip, remind me later) has its own keys; they come before those of the page.
  const first = [...document.querySelectorAll("[data-keys-first][open] [data-key]:not(summary)")];
  const all = [...first, ...document.querySelectorAll("[data-key]")].filter((one) => one.dataset.key === key);
  const target = all.find((one) => one.checkVisibility()) ?? all[0];
  if (!target) return false;
  if (dropped(target, key)) return true;
  if (target.matches("input:not([type=radio], [type=checkbox]), textarea, select")) {
    target.focus();
    if (target.matches("textarea")) toEnd(target);
    target.scrollIntoView({ block: "nearest" });
    return true;
  }
  // The chosen status gets the focus, so that Enter sends it.
  if (target.matches("input")) target.focus();
  target.click();
  const fold = target.closest("summary")?.parentElement;
  if (fold?.open) fold.scrollIntoView({ block: "nearest" });
  if (fold?.open && fold.dataset.keysFirst === undefined) {
    const first = fold.querySelector("input:not([type=hidden]), select, textarea");
    first?.focus();
    if (first?.matches("textarea")) toEnd(first);
  }
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
    if (!typing(event.target) && dropped(form, event.key)) return;
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
  if (event.key === "Enter" && dropped(event.target, event.key)) return event.preventDefault();
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
