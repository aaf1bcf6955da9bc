// A button with data-print opens the browser's window for printing, where the page can also be saved as PDF.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
