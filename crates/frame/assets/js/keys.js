// Keys: what stands at `data-key` is done when its strokes are typed outside of a field; `data-row-key` within the line that has the focus.
(() => {
  const root = document.documentElement;
  let strokes = [];
  let last = 0;
  const isField = (at) => at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio|button|submit|reset)$/.test(at.type));
  // What opens a sheet does so too where its button has no room.
  const isSeen = (at) => at.getClientRects().length > 0 || "opens" in at.dataset;
  const doIt = (at) => {
    if (isField(at)) { at.focus(); at.select?.(); } else at.click();
    // What it opens is gone through from here.
    if (at.matches("summary")) at.focus();
  };
  const find = (keys, row) => {
    const within = row && [...row.querySelectorAll("[data-row-key]")].find((at) => at.dataset.rowKey === keys && isSeen(at));
    if (within) return within;
    const dialog = document.querySelector("dialog[open]");
    return [...(dialog || document).querySelectorAll("[data-key]")].find((at) => at.dataset.key === keys && isSeen(at));
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const within = event.target;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      const field = document.getElementById("q");
      if (field) { event.preventDefault(); field.focus(); field.select(); }
      return;
    }
    if (event.key === "Escape") {
      const menu = document.querySelector("details[data-menu][open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); event.preventDefault(); return; }
      // A field is left, and keeps what was typed.
      if (isField(within)) { within.blur(); event.preventDefault(); }
      strokes = [];
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || isField(within)) return;
    if (root.dataset.keys === "off") return;
    const now = performance.now();
    if (now - last > 1200) strokes = [];
    last = now;
    strokes = [...strokes, event.key].slice(-2);
    const row = within instanceof Element ? within.closest("[data-row]") : null;
    for (const keys of [strokes.join(" "), event.key]) {
      const found = find(keys, row);
      if (found) { event.preventDefault(); strokes = []; doIt(found); return; }
    }
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  for (const opener of document.querySelectorAll("[data-opens]")) opener.hidden = false;
})();
