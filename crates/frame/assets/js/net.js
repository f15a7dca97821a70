// The network: says when it is gone, and that nothing is lost; says when something did not arrive.
(() => {
  const banner = document.getElementById("offline");
  const say = document.getElementById("say");
  const tell = (text) => {
    const line = document.createElement("p");
    line.textContent = text;
    say.replaceChildren(line);
  };
  let timer = 0;
  say?.addEventListener("htmx:afterSwap", () => clearAfter(20000));
  const clearAfter = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => say.replaceChildren(), milliseconds);
  };
  const online = (on) => { if (banner) banner.hidden = on; };
  addEventListener("offline", () => online(false));
  addEventListener("online", () => online(true));
  online(navigator.onLine);
  document.addEventListener("htmx:sendError", () => { online(false); tell(say.dataset.lost); clearAfter(8000); });
  document.addEventListener("htmx:timeout", () => { tell(say.dataset.late); clearAfter(8000); });
  document.addEventListener("htmx:afterOnLoad", () => online(true));
  document.addEventListener("htmx:responseError", (event) => {
    const type = event.detail.xhr.getResponseHeader("Salus-Say");
    tell(type ? decodeURIComponent(type) : say.dataset.lost);
    clearAfter(12000);
  });
  if (say?.childElementCount) clearAfter(20000);
})();
