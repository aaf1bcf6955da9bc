// Live: one event stream while the page is visible. Elements with data-live="order outbox" are fetched again on each
// hint of one of their kinds. After a broken connection the server sends the hints that were missed; if they are too
// old, everything is fetched. A part that may be older than ten seconds says of when it is.
"use strict";

const OLD = 10000; // milliseconds
const SILENT = 16000; // three pings
const AGAIN = 5000;
const APART = 700; // milliseconds between two fetches of a part: it shows an arrival within a second

const live = {
  source: null, position: "", retry: 0, timer: 0, ended: false,
  due: new Map(),
  asked: new WeakMap(), // a part → when it was fetched last
  behind: new Map(), // a part → the number of the newest hint that it does not show yet
  fetching: new WeakMap(), // a part → that number when its fetch began
  right: new WeakMap(), // a part → when it was last known to be right (performance.now())
  hints: 0, opened: 0, heard: 0, lost: 0, ahead: 0,
  note: document.getElementById("live-note"),

  open() {
    const url = document.body.dataset.liveSource;
    if (!url || this.source || this.ended || document.hidden) return;
    this.opened = performance.now();
    this.source = new EventSource(url + (this.position && `?after=${encodeURIComponent(this.position)}`));
    this.source.addEventListener("connected", (event) => {
      this.connected(event);
      this.refresh(null);
    });
    this.source.addEventListener("resumed", (event) => {
      this.connected(event);
      for (const part of this.behind.keys()) this.fetch(part, 0);
    });
    this.source.addEventListener("ping", (event) => this.hear(event, event.data));
    for (const kind of ["order", "access", "ledger", "outbox", "bot", "export", "table"]) {
      this.source.addEventListener(kind, (event) => {
        this.refresh(kind, event.data.split(" "));
        this.hear(event);
      });
    }
    this.source.onerror = () => {
      this.lose();
      if (this.source.readyState !== EventSource.CLOSED) return;
      this.close();
      // The response to the next fetch shows whether the session ended.
      if (!this.retry) this.refresh(null);
      this.retry = Math.min((this.retry || 1000) * 2, 60000);
      this.timer = setTimeout(() => this.open(), this.retry);
    };
  },
  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    delete document.documentElement.dataset.live;
  },
  connected(event) {
    this.retry = 0;
    document.documentElement.dataset.live = "on";
    if (this.lost) this.say("back", performance.now(), 8000);
    this.lost = 0;
    this.hear(event, event.data);
  },
  hear(event, time) {
    if (event.lastEventId) this.position = event.lastEventId;
    this.heard = performance.now();
    if (time) this.ahead = Date.parse(time) - this.heard;
    for (const part of document.querySelectorAll("[data-live]")) {
      if (!this.behind.has(part)) this.right.set(part, this.heard);
    }
    this.show();
  },
  lose() {
    delete document.documentElement.dataset.live;
    if (this.lost || this.ended) return;
    this.lost = this.heard || 1;
    this.show();
  },
  refresh(kind, ids = []) {
    for (const part of document.querySelectorAll("[data-live]")) {
      if (kind && !part.dataset.live.split(" ").includes(kind)) continue;
      if (kind === "order" && part.dataset.liveIds && ids[0] && !ids.includes(part.dataset.liveIds)) continue;
      this.behind.set(part, ++this.hints);
      this.fetch(part, kind ? 250 : 0);
    }
  },
  // Several hints in a short time cause one request, and many hints one request in APART: a burst of orders must not
  // make every open page ask all the time.
  fetch(part, wait) {
    if (this.due.has(part)) return;
    const pause = wait && APART - (performance.now() - (this.asked.get(part) ?? -APART));
    this.due.set(part, setTimeout(() => {
      this.due.delete(part);
      this.asked.set(part, performance.now());
      if (!part.isConnected) this.behind.delete(part);
      else if (!document.hidden) {
        htmx.trigger(part, "refresh");
        // A mark that a script looks at fetches nothing itself: it is never old.
        if (!part.matches("[hx-get], [hx-post]")) this.behind.delete(part);
      }
    }, Math.max(wait, pause)));
  },
  fetched(part, good) {
    if (!this.behind.has(part)) return;
    if (good && this.fetching.get(part) === this.behind.get(part)) {
      this.behind.delete(part);
      this.right.set(part, performance.now());
      this.show();
    } else if (!good && document.documentElement.dataset.live) this.fetch(part, AGAIN);
  },
  // The time of the server, as text: 13.04.07.
  clock(at) {
    const { zone } = this.note.dataset;
    const language = document.documentElement.lang === "id" ? "id-ID" : "en-GB";
    return new Date(at + this.ahead).toLocaleTimeString(language, { timeZone: zone, hour12: false });
  },
  say(what, at, forMilliseconds) {
    clearTimeout(this.note.timer);
    this.note.dataset.says = what;
    this.note.querySelector("[data-text]").textContent = this.note.dataset[what].replace("{time}", this.clock(at));
    this.note.hidden = false;
    if (forMilliseconds) this.note.timer = setTimeout(() => { this.note.hidden = true; }, forMilliseconds);
  },
  show() {
    if (!this.note || document.hidden) return;
    const now = performance.now();
    for (const part of document.querySelectorAll("[data-live]")) {
      const right = this.right.get(part) ?? now;
      this.right.set(part, right);
      if (now - right <= OLD) delete part.dataset.asOf;
      else part.dataset.asOf = this.note.dataset.asOf.replace("{time}", this.clock(right));
    }
    if (this.lost) this.say("lost", this.lost);
  },
  look() {
    // What a swap replaced hears nothing of its own fetch.
    for (const part of this.behind.keys()) if (!part.isConnected) this.behind.delete(part);
    if (this.source && performance.now() - Math.max(this.heard, this.opened) > SILENT) {
      // The connection broke without a word: open another.
      this.close();
      this.lose();
      this.open();
    }
    this.show();
  },
};

if (live.note) {
  live.ahead = Date.parse(live.note.dataset.now) - performance.now();
  document.addEventListener("visibilitychange", () => (document.hidden ? live.close() : live.open()));
  // What an open page fetches by itself is no use of the session.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type === "refresh") event.detail.headers["X-Live"] = "1";
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    if (live.behind.has(part)) live.fetching.set(part, live.behind.get(part));
  });
  document.addEventListener("htmx:afterRequest", (event) => live.fetched(event.detail.elt, event.detail.successful));
  setInterval(() => document.hidden || live.refresh(null), 60000); // ages grow even if nothing happens
  setInterval(() => document.hidden || live.look(), 1000);
  addEventListener("pagehide", () => live.close());
  addEventListener("pageshow", () => live.open());
}
