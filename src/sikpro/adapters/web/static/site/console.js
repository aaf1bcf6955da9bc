// What the pages do beyond forms and links. Everything works without it, a little slower.
"use strict";

// Live: one event stream while the page is visible. Elements with data-live="order outbox" are fetched again when a
// hint of one of their kinds comes, and whenever the stream is connected, since nothing is known of what came before.
const live = {
  source: null, retry: 0, timer: 0, ended: false, due: new Map(),
  open() {
    const url = document.body.dataset.liveSource;
    if (!url || this.source || this.ended || document.hidden) return;
    this.source = new EventSource(url);
    this.source.addEventListener("connected", () => {
      this.retry = 0;
      document.documentElement.dataset.live = "on";
      this.refresh(null);
    });
    for (const kind of ["order", "access", "ledger", "outbox", "bot", "export"]) {
      this.source.addEventListener(kind, (event) => this.refresh(kind, event.data.split(" ")));
    }
    this.source.onerror = () => {
      delete document.documentElement.dataset.live;
      if (this.source.readyState !== EventSource.CLOSED) return;
      this.close();
      // Whether the session ended is said by whatever is fetched now.
      if (!this.retry) this.refresh(null);
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

// One click is one action, however often it is clicked.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  // Whatever takes long says that it is being done: an import of thousands of rows, a large file on its way.
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

// An address names only what narrows.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.matches("form[data-lean]")) return;
  for (const field of event.target.elements) if (!field.value) field.disabled = true;
});
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-lean] :disabled")) field.disabled = false;
});

// What somebody has opened and is filling in stays as it is when the list around it is fetched again.
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

// Where the views do not fit side by side, the present one is in sight.
function showView() {
  const strip = document.querySelector(".bar .tabs");
  const here = strip?.querySelector("[aria-current]");
  if (here) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
}
for (const kind of ["pageshow", "htmx:afterSettle"]) addEventListener(kind, showView);

// A list that was swapped may be another view: the title follows, with what has arrived where somebody wants to know.
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

// Nothing jumps under the cursor: while it is over the list, a refresh that would move the rows waits until it leaves.
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

// What was just done can be taken back for as long as its message waits; then nothing speaks of it any more.
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
