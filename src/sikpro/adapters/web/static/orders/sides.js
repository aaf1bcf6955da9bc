// The order beside its list: it is fetched into its side, and nothing in the list moves. Where both do not fit, links
// stay links. Of several requests the last wins. Until an order is painted no key applies to anything.
"use strict";

const sides = {
  wide: matchMedia("(min-width: 80rem)"),
  wish: null,
  loading: false,
    get on() {
    return this.wide.matches && document.querySelector(".sides") !== null;
  },
  get list() {
    return document.getElementById("queue").dataset.list;
  },
  get opened() {
    return document.getElementById("order").dataset.orderId;
  },
  address(order) {
    return `/orders/${order}${this.list && `?in=${encodeURIComponent(this.list)}`}`;
  },
  // While one request runs, only the newest wish is kept, and follows it.
  async show(verb, path, { values = {}, push = true } = {}) {
    this.wish = { verb, path, values, push };
    flow.opening = true;
    if (this.loading) return;
    this.loading = true;
    const side = document.querySelector(".side-order");
    side.setAttribute("aria-busy", "true");
    while (this.wish) {
      const wish = this.wish;
      this.wish = null;
      await htmx.ajax(wish.verb, wish.path, { source: side, target: "#order", swap: "outerHTML", values: wish.values }).catch(() => {});
      await this.painted();
      if (!this.wish && wish.push && this.opened) this.push();
    }
    side.removeAttribute("aria-busy");
    this.loading = flow.opening = false;
  },
  push() {
    const address = this.address(this.opened);
    if (location.pathname + location.search !== address) history.pushState({ beside: true }, "", address);
  },
  // A frame later the order is on the screen.
  painted() {
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  },
  mark() {
    for (const row of rowsOf(document)) {
      if (row.dataset.order === this.opened) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  },
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open]");
  if (!link || !sides.on || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.focus({ preventScroll: true });
  if (link.dataset.open !== sides.opened || flow.opening) sides.show("GET", link.getAttribute("href"));
});
// A click anywhere on a line opens it, as a click on its number does.
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-order]");
  if (!row || !sides.on || event.defaultPrevented || event.target.closest("a, button, input, label, select, form")) return;
  if (!getSelection().toString()) row.querySelector("a.order-number").click();
});
document.addEventListener("click", (event) => {
  const back = event.target.closest("a[data-back]");
  const row = document.querySelector("tr[data-order][aria-current]") ?? document.querySelector("tr[data-order]");
  if (!back || !sides.on || !row) return;
  event.preventDefault();
  row.querySelector("a.order-number").focus();
});
document.addEventListener("submit", (event) => {
  // The form inside the order is sent by flow.js.
  if (!sides.on || event.defaultPrevented || !event.target.matches("form[data-next]")) return;
  event.preventDefault();
  if (flow.opening) return;
  const form = document.querySelector("#order form[data-next]") ?? event.target;
  sides.show("POST", "/orders/next", { values: Object.fromEntries(new FormData(form)) });
}, true);

document.addEventListener("htmx:afterSettle", () => {
  if (!document.querySelector(".sides")) return;
  sides.mark();
  const order = document.getElementById("order");
  if (order.dataset.title) document.title = order.dataset.title;
});
document.addEventListener("order:shown", () => document.querySelector(".sides") && sides.mark());
sides.wide.addEventListener("change", () => sides.mark());

// Back and forward between orders of one list change only the order; anything else is a whole page again. htmx, which
// listens after us, would fetch the whole page into this one.
addEventListener("popstate", (event) => {
  if (!document.querySelector(".sides")) return;
  event.stopImmediatePropagation();
  const here = new URL(location.href);
  const order = /^\/orders\/\d+$/.test(here.pathname);
  const same = (here.searchParams.get("in") ?? "") === sides.list;
  if (sides.on && order && same) sides.show("GET", here.pathname + here.search, { push: false });
  else location.reload();
});
