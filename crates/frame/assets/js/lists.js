// Lists: j, k and the arrows go from line to line; Enter is the focused link's own.
(() => {
  const lines = () => [...document.querySelectorAll("main [data-row]")].filter((row) => row.getClientRects().length > 0);
  const target = (row) => row.querySelector("a[href], button, summary, input[type=checkbox]") || row;
  const go = (step) => {
    const all = lines();
    if (all.length === 0) return false;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const start = at < 0 ? all.findIndex((row) => row.dataset.row === "start") : -1;
    const next = at < 0 ? Math.max(start, 0) : Math.min(Math.max(at + step, 0), all.length - 1);
    const to = target(all[next]);
    if (to === all[next]) to.tabIndex = -1;
    to.focus();
    all[next].scrollIntoView({ block: "nearest" });
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && at.type !== "checkbox") return;
    if (at instanceof Element && at.closest("summary") && !at.closest("[data-row]")) return;
    if (document.querySelector("dialog[open]")) return;
    const letters = document.documentElement.dataset.keys !== "off";
    const inList = at instanceof Element && at.closest("[data-row]");
    const step = event.key === "ArrowDown" && inList || letters && event.key === "j" ? 1
      : event.key === "ArrowUp" && inList || letters && event.key === "k" ? -1 : 0;
    if (step !== 0 && go(step)) event.preventDefault();
  });
})();
