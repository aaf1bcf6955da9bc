// Ctrl+K: orders, pages, actions of this page, statuses and saved views in one box. Arrows and Enter choose, Esc closes.
"use strict";

const palette = {
  places: null, // { name, kind, href } of the server
  turn: 0, // the newest question: an older answer is dropped
  get box() {
    return document.getElementById("palette");
  },
  get entry() {
    return document.getElementById("palette-text");
  },
  get list() {
    return document.getElementById("palette-found");
  },
  async open() {
    if (this.box.open || document.querySelector("dialog[open]")) return;
    this.actions = this.pageActions();
    this.box.showModal();
    this.entry.value = "";
    this.show([]);
    if (!this.places) {
      const page = await this.fetch("/palette");
      this.places = [...(page?.querySelectorAll("li") ?? [])].map((one) => ({
        name: one.querySelector("span").textContent, kind: one.querySelector("small").textContent,
        run: () => location.assign(one.querySelector("a").getAttribute("href")),
      }));
    }
    this.find();
  },
  async fetch(address) {
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the server is away: what the page knows is still offered
      return null;
    }
  },
  // What has a key on this page and can be done now.
  pageActions() {
    const all = [...document.querySelectorAll("[data-key]")].filter((one) => one.checkVisibility() && !one.closest("#palette"));
    return all.map((one) => ({ name: this.label(one), kind: `${this.box.dataset.action} ${one.dataset.key}`, run: () => press(one.dataset.key) }))
      .filter((one) => one.name);
  },
  label(one) {
    const root = one.labels?.[0] ?? one;
    const copy = root.cloneNode(true);
    for (const part of copy.querySelectorAll("kbd, svg, small")) part.remove();
    return (copy.textContent.trim() || one.getAttribute("aria-label") || one.title || "").replace(/\s+/g, " ");
  },
  async find() {
    const text = this.entry.value.trim();
    const turn = ++this.turn;
    const words = text.toLowerCase().split(/\s+/);
    const here = [...this.actions, ...(this.places ?? [])].filter((one) => words.every((word) => one.name.toLowerCase().includes(word)));
    this.show(here);
    if (text.length < 2) return;
    const page = await this.fetch(`/orders/find?${new URLSearchParams({ q: text })}`);
    if (turn !== this.turn || !page) return;
    const orders = [...page.querySelectorAll("li a")].map((link) => ({
      name: link.querySelector(".code")?.textContent ?? link.textContent.trim(), kind: link.querySelector(".sub")?.textContent ?? "",
      run: () => location.assign(link.getAttribute("href")),
    }));
    this.show([...orders, ...here]);
  },
  show(found) {
    this.found = found.slice(0, 60);
    this.list.replaceChildren(...this.found.map((one, at) => {
      const row = document.createElement("li");
      row.id = `palette-${at}`;
      row.role = "option";
      const name = document.createElement("span");
      name.textContent = one.name;
      const kind = document.createElement("small");
      kind.textContent = one.kind;
      row.append(name, kind);
      return row;
    }));
    document.getElementById("palette-none").hidden = this.found.length > 0 || !this.entry.value.trim();
    this.choose(0);
  },
  choose(at) {
    const rows = [...this.list.children];
    this.at = rows.length ? (at + rows.length) % rows.length : -1;
    rows.forEach((row, place) => row.setAttribute("aria-selected", String(place === this.at)));
    rows[this.at]?.scrollIntoView({ block: "nearest" });
    if (this.at < 0) this.entry.removeAttribute("aria-activedescendant");
    else this.entry.setAttribute("aria-activedescendant", `palette-${this.at}`);
  },
  run(at) {
    const one = this.found[at];
    if (!one) return;
    this.box.close();
    one.run();
  },
};

if (palette.box) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    palette.open();
  });
  document.addEventListener("click", (event) => {
    const entry = event.target.closest("[data-palette]");
    if (!entry) return;
    entry.closest("details").open = false;
    palette.open();
  });
  palette.box.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the keys of the page rest
    if (event.key === "ArrowDown") palette.choose(palette.at + 1);
    else if (event.key === "ArrowUp") palette.choose(palette.at - 1);
    else if (event.key === "Enter") palette.run(palette.at);
    else if (event.key === "Escape") palette.box.close(); // at once: the browser would first empty the box
    else return;
    event.preventDefault();
  });
  palette.entry.addEventListener("input", () => palette.find());
  palette.list.addEventListener("click", (event) => {
    const row = event.target.closest("li");
    if (row) palette.run([...palette.list.children].indexOf(row));
  });
}
