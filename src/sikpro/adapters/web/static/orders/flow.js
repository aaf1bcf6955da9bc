// The open order: its forms are sent without a new page, and the next order of one's own is ready before it is needed.
// Without this script the same forms load pages.
"use strict";

const flow = {
  busy: false, // from a sent form until its answer is painted: no key counts
  opening: false, // an order of the list is on its way: no key counts for the order
  painted: 0, // when the order on the screen was painted, on the clock of events
  ready: null, // the next order, fetched ahead: { stamp, article, address }
  settled: null, // the order that was prepared last
  failed: new WeakMap(), // orders whose form did not reach the server: the form and its button
  get order() {
    return document.getElementById("order");
  },
  drop(key) {
    toast(document.body.dataset.dropped.replace("{key}", key));
  },
  headers(form) {
    return {
      "HX-Request": "true",
      "HX-Target": "order",
      "HX-Current-URL": location.href,
      "X-CSRF-Token": form?.elements.csrf?.value ?? "",
      "X-Ready": this.ready?.stamp ?? "",
    };
  },
  async send(form, submitter) {
    if (this.busy || live.ended) return;
    const [left, next] = [this.order, this.goesOn(form, submitter) ? this.ready : null];
    const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    const body = new URLSearchParams(new FormData(form, submitter));
    const request = { method: "POST", body, headers: this.headers(form), keepalive: true };
    const back = location.pathname + location.search;
    this.busy = true;
    if (next) await this.goOn(next);
    try {
      const answer = await fetch(address, request);
      const text = await answer.text();
      if (next) this.confirm(left, back, next.article, answer, text);
      else this.take(answer, text);
    } catch (error) {
      if (!next) this.busy = false;
      if (!(error instanceof TypeError)) throw error;
      // The server is away: the text stays where it is, and in this browser.
      this.failed.set(left, [form, submitter]);
      const note = left.querySelector("[data-unsent]");
      note.hidden = false;
      if (next) this.unsaved(left, back, note.querySelector("p").textContent);
      else note.scrollIntoView({ block: "nearest" });
    }
  },
  // An answer goes on at once; without the reason that its status wants it would come back.
  goesOn(form, submitter) {
    if (form.id !== "answer-form" || submitter?.hasAttribute("formaction")) return false;
    const reason = form.elements.reason;
    return !reason.checkVisibility() || reason.value.trim() !== "";
  },
  // Paints the next order; then the answer goes on its way, so that neither takes the processor from the other. A page that
  // is left or hidden, or does not paint, sends at once. What comes after the order is known when the answer is saved.
  goOn(next) {
    next.article.querySelector("#next-order")?.remove();
    const over = new AbortController();
    const painted = new Promise((done) => {
      for (const kind of ["order:shown", "visibilitychange", "pagehide"]) addEventListener(kind, done, { signal: over.signal });
      setTimeout(done, 100);
    });
    this.show(next.article, next.address);
    return painted.then(() => over.abort());
  },
  // The answer to a form whose next order is painted: it adds what was not known then, or says above it what was not saved.
  confirm(left, back, article, answer, text) {
    const redirect = answer.headers.get("hx-redirect");
    if (redirect) return location.assign(redirect);
    const page = new DOMParser().parseFromString(text, "text/html");
    if (answer.headers.get("hx-retarget") === "#ended") {
      this.show(left, back);
      return ended.show(page);
    }
    drafts.sent(page.querySelector("[data-sent-drafts]")?.dataset.sentDrafts ?? "");
    const toasts = [...page.querySelectorAll(".toast")];
    if (!answer.ok) {
      const why = page.querySelector(".meanwhile strong")?.textContent ?? toasts.map((one) => one.textContent.trim()).join(" ");
      return this.unsaved(page.getElementById("order") ?? left, back, why);
    }
    if (toasts.length) document.getElementById("toasts").replaceChildren(...toasts);
    if (!article.isConnected) return;
    const fresh = page.getElementById("order");
    const same = answer.headers.get("x-show") === "ready" || fresh?.dataset.stamp === article.dataset.stamp;
    for (const id of same ? ["undo", "after", "next-order"] : ["undo"]) this.renew(article, id, page);
    for (const form of article.querySelectorAll("[data-undo]")) this.countDown(form);
    htmx.process(article);
    this.name();
    if (same) return this.fetchAhead();
    // It changed after it was fetched. Where something is typed or chosen it stays, and says so itself.
    const [other, form] = [fresh?.dataset.orderId !== article.dataset.orderId, article.querySelector("#answer-form")];
    if (other || !form || drafts.own(form) || form.elements.status.value) live.refresh("order", [article.dataset.orderId]);
    else this.show(fresh, null);
  },
  // An answer that was not saved stays above every order until it is opened: nothing on the screen jumps.
  unsaved(article, address, why) {
    const note = article.querySelector("template[data-unsaved]").content.firstElementChild.cloneNode(true);
    note.querySelector("[data-unsaved-number]").textContent = article.dataset.number;
    note.querySelector("[data-unsaved-why]").textContent = why;
    note.querySelector("button").onclick = () => {
      note.remove();
      this.busy = true;
      this.show(article, address);
    };
    this.order.before(note);
  },
  // Shows what the server answered: an order, or a notice on the page as it is.
  take(answer, text) {
    const redirect = answer.headers.get("hx-redirect");
    if (redirect) return location.assign(redirect);
    const page = new DOMParser().parseFromString(text, "text/html");
    const ready = answer.headers.get("x-show") === "ready";
    const article = ready ? this.ready.article : page.getElementById("order");
    // A text that loses the focus is kept once more: it does so before it counts as sent.
    const focused = article && this.order.contains(document.activeElement) ? document.activeElement : null;
    focused?.blur();
    drafts.sent(page.querySelector("[data-sent-drafts]")?.dataset.sentDrafts ?? "");
    const toasts = page.querySelectorAll(".toast");
    if (toasts.length) document.getElementById("toasts").replaceChildren(...toasts);
    if (ready) for (const id of ["undo", "after", "next-order"]) this.renew(article, id, page);
    if (article) return this.show(article, answer.headers.get("hx-push-url"), focused?.id);
    if (answer.headers.get("hx-retarget") === "#ended") ended.show(page);
    this.busy = false;
  },
  // What was fetched ahead lacks the last answer's undo, and may name a next order that is done.
  renew(article, id, page) {
    const [old, fresh] = [article.querySelector(`#${id}`), page.getElementById(id)];
    if (fresh && old) old.replaceWith(fresh);
    else if (fresh) article.append(fresh);
    else old?.remove();
  },
  show(article, address, focused = "") {
    const old = this.order;
    const other = old.dataset.orderId !== article.dataset.orderId;
    const wanted = article.querySelector("[autofocus]");
    wanted?.removeAttribute("autofocus"); // the browser would refuse it, and complain
    this.ready = null;
    const [back, former] = [article, old].map((one) => one.querySelector("a[data-back]"));
    if (back && former) back.setAttribute("href", former.getAttribute("href"));
    old.replaceWith(article);
    document.title = article.dataset.title;
    this.settle(article);
    const goal = wanted ?? (other || !focused ? null : document.getElementById(focused));
    if (other) for (let box = article.parentElement; box; box = box.parentElement) box.scrollTop = 0;
    (goal ?? article).focus({ preventScroll: other });
    // Two steps: the frame is made, then it is on the screen.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        this.painted = performance.now();
        this.busy = false;
        if (address && address !== location.pathname + location.search) history.pushState({ htmx: true }, "", address);
        htmx.process(article);
        document.dispatchEvent(new CustomEvent("order:shown", { bubbles: true, detail: { id: article.dataset.orderId } }));
        this.fetchAhead();
        // An order that stays on the screen is fetched again: its claim is renewed, its ages are right.
        setTimeout(() => article.isConnected && live.refresh("order", [article.dataset.orderId]), 2000);
      };
      port2.postMessage(null);
    });
  },
  // Fetching ahead only reads: no claim is renewed by it, and nothing counts as read.
  async fetchAhead() {
    const mark = document.getElementById("next-order");
    if (!mark || live.ended) return;
    try {
      const answer = await fetch(mark.dataset.address, { headers: { ...this.headers(), "X-Live": "1" } });
      const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      const article = page.getElementById("order");
      if (!article || !mark.isConnected || this.busy) return;
      this.ready = { stamp: article.dataset.stamp, article: document.adoptNode(article), address: mark.dataset.address };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the server is away: the answer to the form brings the order
    }
  },
  // Prepares an order, or a page, that has just been shown.
  settle(root) {
    this.settled = this.order;
    for (const mark of root.querySelectorAll("[data-scripted]")) mark.value = "1";
    for (const form of root.querySelectorAll("form[data-draft]")) drafts.restore(form);
    for (const box of root.querySelectorAll("[data-kept-of]")) drafts.showHomeless(box);
    for (const form of root.querySelectorAll("[data-undo]")) this.countDown(form);
    this.name();
  },
  // The last action can be undone while its message waits; after that the button disappears.
  countDown(form) {
    const end = performance.now() + Number(form.dataset.undo) * 1000;
    const tick = setInterval(() => {
      const left = end - performance.now();
      form.querySelector("[data-undo-left]").textContent = `${Math.ceil(Math.max(left, 0) / 1000)}`;
      if (left > 0 && form.isConnected) return;
      clearInterval(tick);
      if (!form.dataset.sent) form.remove();
    }, 200);
  },
  // The button says what it does for the chosen status.
  name() {
    const form = document.getElementById("answer-form");
    const button = form?.querySelector("[data-send]");
    if (!button) return;
    const quiet = form.querySelector("[data-quiet]")?.checked;
    const text = form.elements.feedback.value.trim();
    const data = button.dataset;
    const next = document.getElementById("next-order") ? data.sendOn : data.send;
    const label = quiet ? (text ? data.sendBack : data.sendQuiet) : next;
    button.querySelector("span").textContent = label;
  },
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#order") || form.method !== "post" || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  flow.send(form, event.submitter);
}, true);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-again]") && flow.failed.has(flow.order)) {
    event.target.closest("[data-unsent]").hidden = true;
    flow.send(...flow.failed.get(flow.order));
  }
  const on = event.target.closest("#go-on");
  if (on && flow.ready && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    flow.busy = true;
    flow.show(flow.ready.article, on.getAttribute("href"));
  }
});

// A key belongs to the order that was painted when it was pressed: others are dropped, and the page says so.
addEventListener("keydown", (event) => {
  if (!flow.order) return;
  const writing = typing(event.target);
  if (event.repeat && !writing && !["j", "k", "ArrowDown", "ArrowUp", "Tab"].includes(event.key)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (!flow.busy && event.timeStamp >= flow.painted) return;
  // The palette and what is typed into a dialog are about no order: lost, its letters would be keys of the page.
  if (document.querySelector("dialog[open]") || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k")) return;
  if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  flow.drop(event.key);
}, true);

// A status in a closed group is chosen by its key too: the group opens.
document.addEventListener("change", (event) => {
  const fold = event.target.closest?.("details.choice-fold");
  if (fold && !fold.open) {
    fold.open = true;
    event.target.focus({ preventScroll: true });
  }
});
for (const kind of ["change", "input"]) {
  document.addEventListener(kind, (event) => event.target.form?.id === "answer-form" && flow.name());
}
// A confirmation that opens has the focus on its button, a fold with a text the caret in it: typing goes nowhere else.
document.addEventListener("toggle", (event) => {
  if (!event.target.open) return;
  const confirm = event.target.querySelector("[data-confirm]");
  const text = event.target.contains(document.activeElement) && event.target.querySelector("textarea:not([readonly])");
  (confirm ?? text)?.focus?.();
}, true);

// Esc closes what is open: the innermost fold around the focus, else the one that opened last.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const around = event.target.closest?.("details[open]");
  const open = around ?? [...document.querySelectorAll("details[open]:not([data-keep-open])")].at(-1) ?? document.querySelector("details[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus({ preventScroll: true });
});

document.addEventListener("refresh", (event) => event.target.id === "next-order" && flow.fetchAhead());
document.addEventListener("htmx:afterSettle", (event) => {
  // The list beside the order opened another one: its texts come back, and it begins at its top.
  if (event.detail.target?.id !== "order" || !flow.order || flow.order === flow.settled) return;
  flow.ready = null;
  for (let box = flow.order.parentElement; box; box = box.parentElement) box.scrollTop = 0;
  flow.settle(flow.order);
  flow.fetchAhead();
});
document.addEventListener("DOMContentLoaded", () => {
  flow.settle(document);
  flow.fetchAhead();
});
