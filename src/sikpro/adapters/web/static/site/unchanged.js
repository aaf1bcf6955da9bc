// A part that is fetched again tells the server what it shows. If that is still right, the answer has no text (304).
// What it shows is known only while nobody else touched it: any other change in the part forgets it.
"use strict";

const shown = new WeakMap(); // a part → { path, tag, watch }

function forget(part) {
  shown.get(part)?.watch.disconnect();
  shown.delete(part);
}

function remember(part, path, tag) {
  forget(part);
  if (!tag || !part.isConnected) return;
  const watch = new MutationObserver((records) => {
    // The attributes of the part itself: when it is being fetched, and of when it is (`live.js`).
    if (records.some((one) => one.target !== part || one.type !== "attributes")) forget(part);
  });
  watch.observe(part, { attributes: true, characterData: true, childList: true, subtree: true });
  shown.set(part, { path, tag, watch });
}

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers, path, triggeringEvent, verb } = event.detail;
  const known = shown.get(elt);
  if (triggeringEvent?.type === "refresh" && verb === "get" && known?.path === path) headers["If-None-Match"] = known.tag;
});
document.addEventListener("htmx:afterSettle", (event) => {
  const { requestConfig, xhr } = event.detail;
  const part = requestConfig?.elt;
  if (requestConfig?.triggeringEvent?.type !== "refresh" || !part?.isConnected) return;
  const path = part.getAttribute("hx-get");
  remember(part, path, requestConfig.path === path ? xhr.getResponseHeader("etag") : null);
});
