// Unfinished text stays in this browser until it is sent or discarded: one draft per form, each for one person only.
"use strict";

const drafts = {
  prefix: "sikpro.draft.",
  longest: 14 * 24 * 3600 * 1000, // as long as a session lasts
  me: document.body.dataset.person,
  key(name) {
    return `${this.prefix}${this.me}.${name}`;
  },
  keys() {
    return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
  },
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null; // not written by this page
    }
  },
  // The next person at this computer does not see earlier drafts, and sent text does not return.
  tidy() {
    if (!this.me) return;
    this.sent(document.body.dataset.sent);
    for (const key of this.keys()) {
      const fresh = Date.now() - (this.read(key)?.at ?? 0) < this.longest;
      if (!key.startsWith(this.key("")) || !fresh) localStorage.removeItem(key);
    }
  },
  sent(names) {
    for (const name of names.split(" ").filter(Boolean)) localStorage.removeItem(this.key(name));
  },
  forget() {
    for (const key of this.keys()) localStorage.removeItem(key);
  },
  fields(form) {
    return [...form.elements].filter((one) => one.name && !one.readOnly && !["hidden", "submit"].includes(one.type));
  },
  // Whether the person typed anything: neither the text of the page nor the text of a status counts.
  own(form) {
    const brought = new Set([...form.querySelectorAll("[data-template]")].map((one) => one.dataset.template.trim()));
    return this.fields(form).some((one) => {
      if (["radio", "checkbox"].includes(one.type)) return false;
      const options = [...(one.options ?? [])];
      const before = options.length ? (options.find((option) => option.defaultSelected) ?? options[0]).value : one.defaultValue;
      return one.value.trim() !== before.trim() && !brought.has(one.value.trim());
    });
  },
  keep(form) {
    const key = this.key(form.dataset.draft);
    if (form.dataset.typed === undefined && !this.own(form)) return localStorage.removeItem(key);
    const values = {};
    for (const one of this.fields(form)) {
      if (!["radio", "checkbox"].includes(one.type) || one.checked) values[one.name] = one.value;
    }
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), last_event: form.elements.last_event?.value, values }));
    } catch {
      // The browser's storage is full: the text stays on the page, and every page that refuses it returns it.
    }
  },
  keepAll() {
    for (const form of document.querySelectorAll("form[data-draft]")) this.keep(form);
  },
  restore(form) {
    if (form.dataset.typed !== undefined) {
      this.keep(form); // the page answers a form and already has its text
      return;
    }
    const kept = this.read(this.key(form.dataset.draft));
    if (!kept) return;
    for (const one of this.fields(form)) {
      const value = kept.values[one.name];
      if (["radio", "checkbox"].includes(one.type)) one.checked = one.value === value;
      else if (value !== undefined) one.value = value;
    }
    const fold = form.closest("[data-draft-fold]");
    if (fold) fold.open = true;
    const note = form.querySelector("[data-draft-note]");
    note.querySelector("[data-draft-time]").textContent = this.time(new Date(kept.at));
    note.querySelector("[data-draft-outdated]").hidden = (kept.last_event ?? kept.seen) === form.elements.last_event?.value;
    note.hidden = false;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  },
  // Texts of forms that the order no longer has: to read, copy or discard.
  showHomeless(box) {
    if (!this.me) return;
    const start = this.key(box.dataset.keptOf);
    for (const key of this.keys().filter((one) => one.startsWith(start))) {
      const name = key.slice(this.key("").length);
      if (document.querySelector(`form[data-draft="${name}"]`)) continue;
      const texts = Object.entries(this.read(key)?.values ?? {}).filter(([field, text]) => field !== "status" && text.trim());
      if (!texts.length) continue;
      const row = box.querySelector("template").content.firstElementChild.cloneNode(true);
      const area = row.querySelector("textarea");
      area.value = texts.map(([, text]) => text).join("\n");
      row.querySelector("[data-kept-copy]").onclick = async () => {
        await copy(area.value);
        toast(document.body.dataset.copied);
      };
      row.querySelector("[data-kept-drop]").onclick = () => {
        localStorage.removeItem(key);
        row.remove();
        box.hidden = !box.querySelector(".kept-draft");
      };
      box.querySelector("template").before(row);
      box.hidden = false;
    }
  },
  // As the server writes a time: 14.05, or 2 Nov 14.05, on the clock of the installation.
  time(at) {
    const timeZone = document.getElementById("live-note").dataset.zone;
    const [day, clock] = document.documentElement.lang === "id" ? ["id-ID", "id-ID"] : ["en-US", "en-GB"];
    const date = (one) => one.toLocaleDateString(day, { timeZone, day: "numeric", month: "short" });
    const time = at.toLocaleTimeString(clock, { timeZone, hour: "2-digit", minute: "2-digit", hour12: false });
    return date(at) === date(new Date()) ? time : `${date(at)} ${time}`;
  },
};

drafts.tidy();
// A page that answers a form reloads as the page of the form.
const answered = document.querySelector("[data-page]");
if (answered) history.replaceState(history.state, "", answered.dataset.page);

for (const kind of ["input", "change", "submit"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.form ?? event.target;
    if (form.matches("form[data-draft]") && (kind === "submit" || form !== event.target)) drafts.keep(form);
    if (kind === "submit" && form.matches('form[action="/logout"]')) drafts.forget();
  });
}
document.addEventListener("click", (event) => {
  const drop = event.target.closest("[data-draft-drop]");
  if (drop) {
    const { form } = drop;
    form.reset();
    drop.closest("[data-draft-note]").hidden = true;
    drafts.keep(form);
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const forget = event.target.closest("[data-draft-forget]");
  if (forget) localStorage.removeItem(drafts.key(forget.dataset.draftForget));
  if (event.target.closest("#ended a")) drafts.keepAll();
});
