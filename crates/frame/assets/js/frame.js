// The frame: counts in the rail, and the patients who are open in this tab. Only numbers and ids are kept, for as long as the tab is open.
(() => {
  const MAX_OPEN = 4;
  const cell = location.pathname.split("/")[1];
  const recall = (name) => {
    try { return JSON.parse(sessionStorage.getItem(`${name}:${cell}`)) || null; } catch { return null; }
  };
  const keep = (name, value) => {
    try { sessionStorage.setItem(`${name}:${cell}`, JSON.stringify(value)); } catch { /* A tab that may keep nothing. */ }
  };
  const tell = () => {
    const counts = recall("salus-counts") || {};
    for (const at of document.querySelectorAll("[data-tell-count]")) counts[at.dataset.tellCount] = Number(at.dataset.n);
    keep("salus-counts", counts);
    for (const at of document.querySelectorAll("[data-count]")) {
      const count = counts[at.dataset.count];
      at.hidden = !(count > 0);
      at.textContent = count > 99 ? "99+" : String(count || "");
    }
  };
  tell();
  document.addEventListener("htmx:afterSettle", tell);
  // What a filter shows has an address: a reload shows the same. The browser keeps no page of it.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.requestConfig?.elt.closest("[data-address]")) return;
    const address = event.detail.pathInfo.finalRequestPath;
    history.replaceState(null, "", address);
    for (const to of document.querySelectorAll("form.look input[name=to]")) to.value = address;
  });

  const place = document.getElementById("open");
  const here = document.querySelector("[data-patient]")?.dataset.patient;
  // Who is open, in the order of their places; a place that was left is free for the next.
  let open = recall("salus-open") || [];
  const nobody = (entry) => !entry;
  if (here && !open.includes(here)) {
    let free = open.findIndex(nobody);
    if (free < 0 && open.length < MAX_OPEN) free = open.length;
    if (free < 0) free = open.indexOf((recall("salus-used") || [])[0]);
    open[Math.max(free, 0)] = here;
  }
  if (here) keep("salus-used", [...(recall("salus-used") || []).filter((id) => id !== here && open.includes(id)), here]);
  keep("salus-open", open);
  const slot = (id) => String(open.indexOf(id) + 1);
  for (const at of document.querySelectorAll("[data-patient]")) at.dataset.slot = slot(at.dataset.patient);
  const others = open.filter((id) => id && id !== here);
  if (place && others.length > 0 && window.htmx) {
    place.addEventListener("htmx:afterSwap", () => {
      place.hidden = place.childElementCount === 0;
      const used = (recall("salus-used") || []).filter((id) => id !== here);
      const next = used[used.length - 1] || others[0];
      for (const row of place.querySelectorAll("[data-id]")) {
        row.dataset.slot = slot(row.dataset.id);
        const link = row.querySelector("a");
        if (row.dataset.id === here) link.setAttribute("aria-current", "page");
        if (row.dataset.id === next) { link.dataset.key = "x"; link.title = `${link.textContent} (x)`; }
      }
    });
    place.addEventListener("click", (event) => {
      const close = event.target.closest("[data-close]");
      if (!close) return;
      const row = close.closest("[data-id]");
      open = open.map((id) => (id === row.dataset.id ? null : id));
      keep("salus-open", open);
      row.remove();
      place.hidden = open.filter((id) => id && id !== here).length === 0;
    });
    const query = open.filter((id) => id).map((id) => `id=${encodeURIComponent(id)}`).join("&");
    window.htmx.ajax("GET", `${place.dataset.open}?${query}`, { target: place });
  }

  addEventListener("beforeprint", () => {
    const now = new Date().toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    for (const at of document.querySelectorAll("[data-printed]")) at.textContent = `${at.dataset.printed} · ${now}`;
  });
})();
