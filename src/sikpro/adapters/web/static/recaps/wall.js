// The wall says when it has lost the server, and since when its figures stand.
"use strict";

for (const kind of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(kind, () => {
    const wall = document.getElementById("wall");
    wall.querySelector("[data-wall-since]").textContent = wall.dataset.time;
    wall.querySelector("[data-wall-lost]").hidden = false;
  });
}
// An error page never takes the place of the figures.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 200) event.detail.shouldSwap = false;
});
