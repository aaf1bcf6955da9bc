// The end of a session is said in place, once: a person logs in over the page, and it goes on. Until then nothing is
// fetched, so that the page stays as it is.
"use strict";

const ended = {
  get place() {
    return document.getElementById("ended");
  },
  show(page) {
    live.ended = true;
    live.close();
    live.lost = 0; // the server is there, only the session is not
    if (live.note) live.note.hidden = true;
    if (page) this.place.replaceChildren(...page.body.children);
    this.place.querySelector("dialog")?.showModal();
  },
  async logIn(form) {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true", "HX-Target": "ended" } });
    const redirect = answer.headers.get("hx-redirect");
    if (redirect) return location.assign(redirect);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const back = page.querySelector("[data-back-person]");
    if (!back) return this.show(page);
    // Somebody else logged in: a fresh page, without the other person's texts.
    if (back.dataset.backPerson !== document.body.dataset.person) return location.replace(location.href);
    this.goOn(back.dataset.csrf);
  },
  goOn(csrf) {
    for (const one of document.querySelectorAll('input[name="csrf"]')) one.value = csrf;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": csrf }));
    this.place.replaceChildren();
    live.ended = false;
    live.open();
  },
};

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.xhr?.getResponseHeader("hx-retarget") === "#ended") ended.show(null);
});
document.addEventListener("htmx:beforeRequest", (event) => live.ended && event.preventDefault());
document.addEventListener("submit", (event) => {
  if (!event.target.matches("#ended form[data-log-in]")) return;
  event.preventDefault();
  ended.logIn(event.target);
}, true);
document.addEventListener("click", (event) => event.target.closest("[data-log-in-again]") && ended.place.querySelector("dialog").showModal());
