// What the pages do beyond forms and links. Everything works without it, a little slower.
"use strict";

// Live: one event stream while the page is visible. Elements with data-live="order outbox" are fetched again when a
// hint of one of their kinds comes, and whenever the stream is connected, since nothing is known of what came before.
const live = {
  source: null, retry: 0, timer: 0, connections: 0, due: new Map(),
  open() {
    const url = document.body.dataset.liveSource;
    if (!url || this.source || document.hidden) return;
    this.source = new EventSource(url);
    this.source.addEventListener("connected", () => {
      this.retry = 0;
      document.documentElement.dataset.live = "on";
      this.refresh(null);
    });
    for (const kind of ["order", "access", "ledger", "outbox", "bot"]) {
      this.source.addEventListener(kind, (event) => this.refresh(kind, event.data.split(" ")));
    }
    this.source.onerror = () => {
      delete document.documentElement.dataset.live;
      if (this.source.readyState !== EventSource.CLOSED) return;
      this.close();
      this.retry = Math.min((this.retry || 1000) * 2, 60000);
      this.timer = setTimeout(() => this.open(), this.retry);
    };
  },
  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    // What was due is fetched on the next connect, with everything else.
    for (const timer of this.due.values()) clearTimeout(timer);
    this.due.clear();
    delete document.documentElement.dataset.live;
  },
  refresh(kind, ids = []) {
    for (const element of document.querySelectorAll("[data-live]")) {
      if (kind && !element.dataset.live.split(" ").includes(kind)) continue;
      if (kind === "order" && element.dataset.liveIds && !ids.includes(element.dataset.liveIds)) continue;
      if (this.due.has(element)) continue;
      // A burst of hints is one request.
      this.due.set(element, setTimeout(() => {
        this.due.delete(element);
        if (element.isConnected) htmx.trigger(element, "refresh");
      }, kind ? 250 : 0));
    }
  },
};
document.addEventListener("visibilitychange", () => (document.hidden ? live.close() : live.open()));
setInterval(() => document.hidden || live.refresh(null), 60000); // ages grow, even when nothing happens
addEventListener("pagehide", () => live.close());
addEventListener("pageshow", () => live.open());

// Copying works on plain HTTP too, where the browser has no clipboard for scripts.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
function toast(text) {
  const line = document.createElement("p");
  line.className = "toast good";
  line.textContent = text;
  document.getElementById("toasts").replaceChildren(line);
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await copy(button.dataset.copy);
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
    toast(`${document.body.dataset.copied}: ${button.dataset.copy}`);
    return;
  }
  for (const menu of document.querySelectorAll("details.person[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// One click is one action, however often it is clicked.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const mark of document.querySelectorAll("[data-scripted]")) mark.value = "1";

// A status brings its text along, unless somebody has written one of their own.
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

// A filter acts when it is chosen.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (!form) return;
  for (const field of form.elements) if (!field.value) field.disabled = true;
  form.submit();
});

// A list that was swapped may be another view: the title follows.
document.addEventListener("htmx:afterSwap", () => {
  const title = document.getElementById("queue")?.dataset.title;
  if (title) document.title = title;
});
