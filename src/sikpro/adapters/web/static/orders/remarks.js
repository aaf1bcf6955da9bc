// "@" in a note to colleagues narrows the list of colleagues; Tab or a click writes the name.
"use strict";

const mention = {
  // The unfinished name before the caret, without its "@"; null when there is none.
  typed(area) {
    return area.value.slice(0, area.selectionStart).match(/(?:^|[^\w@.-])@([\w.-]*)$/)?.[1].toLowerCase() ?? null;
  },
  offered(area) {
    return [...document.getElementById(area.dataset.colleagues).querySelectorAll("[data-colleague]")];
  },
  narrow(area) {
    const typed = this.typed(area) ?? "";
    for (const one of this.offered(area)) {
      one.hidden = !one.dataset.colleague.startsWith(typed) && !one.dataset.name.includes(typed);
    }
  },
  write(area, name) {
    const typed = this.typed(area);
    const start = area.selectionStart - (typed === null ? 0 : typed.length + 1);
    const blank = typed === null && /\S$/.test(area.value.slice(0, start)) ? " " : "";
    area.setRangeText(`${blank}@${name} `, start, area.selectionStart, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  },
};

document.addEventListener("input", (event) => event.target.dataset.colleagues && mention.narrow(event.target));
document.addEventListener("keydown", (event) => {
  const area = event.target;
  if (event.key !== "Tab" || event.shiftKey || !area.dataset?.colleagues || !mention.typed(area)) return;
  const first = mention.offered(area).find((one) => !one.hidden);
  if (!first) return;
  event.preventDefault();
  mention.write(area, first.dataset.colleague);
});
document.addEventListener("click", (event) => {
  // On a narrow page the form is in the other tab.
  const story = event.target.closest(".remark-fold summary") && document.querySelector("[name=order-tab][value=story]");
  if (story) story.checked = true;
  const one = event.target.closest("[data-colleague]");
  if (one) mention.write(one.closest("form").elements.remark, one.dataset.colleague);
});
