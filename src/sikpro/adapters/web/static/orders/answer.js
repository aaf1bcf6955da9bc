// The answer to the technician: what it lacks is said where it is missing, and what will be read comes into view.
"use strict";

// An answer without a status says so at the choices. Without this script the server says it at the same place.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "answer-form" || event.submitter?.formNoValidate || form.querySelector("[name=status]:checked")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const said = form.querySelector("[data-choose-status]");
  said.hidden = false;
  form.querySelector("[name=status]").focus();
  said.scrollIntoView({ block: "nearest" });
}, true);

// After a choice by key or finger, and while somebody writes, what the technician will read stands above the bar of the button, as
// far as the chosen status, or the written text, stays on the screen. Under a mouse nothing moves.
let mouse = false;
for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, (event) => (mouse = event.pointerType === "mouse"), true);
document.addEventListener("htmx:afterSettle", (event) => {
  const preview = event.detail.target;
  const form = preview?.id === "preview" && preview.closest("form");
  const chosen = form && form.querySelector("[name=status]:checked");
  const writing = document.activeElement?.matches("#answer-form textarea");
  if (!chosen || mouse || !(writing || chosen === document.activeElement) || form.dataset.typed !== undefined) return;
  const box = form.closest(".side-order");
  const scroller = box && getComputedStyle(box).overflowY === "auto" ? box : document.scrollingElement;
  const [bar, head] = [form.querySelector(".send-bar"), document.querySelector(".order-head")].map((one) => one.getBoundingClientRect());
  const behind = preview.getBoundingClientRect().bottom - bar.top;
  const stays = writing ? document.activeElement : chosen.closest("label");
  const room = stays.getBoundingClientRect().top - head.bottom - 8;
  if (behind > 1 && room > 0) scroller.scrollBy({ top: Math.min(behind, room) });
});

// What a button of the order opens comes into view.
document.addEventListener("toggle", (event) => {
  const fold = event.target;
  if (fold.open && fold.matches("#order details") && fold.contains(document.activeElement)) fold.scrollIntoView({ block: "nearest" });
}, true);

// Where CSS cannot do it (`field-sizing`), the text's box grows here.
if (!CSS.supports("field-sizing", "content")) {
  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!area.matches(".answer textarea")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  });
}
