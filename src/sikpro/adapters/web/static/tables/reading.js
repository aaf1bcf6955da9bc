// While a table is sent and read, its form says how far it is. The browser sends the form itself.
(() => {
  const EVERY = 600;
  const form = document.querySelector("form[data-reading]");
  if (!form) return;
  const box = form.querySelector(".reading");
  const text = box.querySelector("p");
  const key = form.elements.reading;
  let timer = 0;

  const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const ask = async () => {
    const answer = await fetch(`/reading/${key.value}`, { headers: { "X-Live": "1" } }).catch(() => null);
    const said = answer?.ok ? await answer.text() : "";
    if (said) text.textContent = said;
    if (timer) timer = setTimeout(ask, EVERY);
  };

  const stop = () => {
    clearTimeout(timer);
    timer = 0;
    box.hidden = true;
  };

  form.addEventListener("submit", () => {
    stop();
    key.value = newKey();
    text.textContent = form.dataset.reading;
    box.hidden = false;
    timer = setTimeout(ask, EVERY);
  });
  addEventListener("pageshow", stop);
})();
