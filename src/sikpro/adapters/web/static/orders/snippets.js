// Snippets: ";name" and a space, Enter or Tab in the text of an answer becomes its text; a button does the same.
"use strict";

const snippets = {
  area: (root) => root.closest("form")?.elements.feedback,
  // The text under a name, undefined when nobody gave one that name.
  text(area, name) {
    const all = [...(area.form?.querySelectorAll("[data-snippet]") ?? [])];
    return all.find((one) => one.dataset.snippet === name)?.dataset.text;
  },
  put(area, text, start) {
    const before = area.value.slice(0, start);
    const blank = /\S$/.test(before) ? " " : "";
    area.setRangeText(blank + text, start, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  },
};

document.addEventListener("keydown", (event) => {
  const area = event.target;
  if (![" ", "Enter", "Tab"].includes(event.key) || event.ctrlKey || event.metaKey || !area.matches?.("textarea[name=feedback]")) return;
  const typed = area.value.slice(0, area.selectionStart).match(/(?:^|\s);([a-z0-9][a-z0-9_-]*)$/i);
  const text = typed && snippets.text(area, typed[1].toLowerCase());
  if (text === undefined || text === null) return;
  event.preventDefault();
  snippets.put(area, `${text} `, area.selectionStart - typed[1].length - 1);
});
document.addEventListener("click", (event) => {
  const one = event.target.closest("[data-snippet]");
  if (!one) return;
  const area = snippets.area(one);
  snippets.put(area, `${one.dataset.text} `, area === document.activeElement ? area.selectionStart : area.value.length);
  const fold = one.closest("details.snippet-fold");
  if (fold) fold.open = false;
});
