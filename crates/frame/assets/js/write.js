// Forms: what is typed is kept on the server every few seconds, and in the page alone while the network or the session is gone.
// Nothing of it is put into the browser's storage, which others may read at a shared desk.
(() => {
  const EVERY = 5000;
  const RESTS = 1500;
  const LONGEST = 60000;
  let form = null;
  let dirty = false;
  let busy = false;
  let saving = false;
  let timer = 0;
  let last = 0;
  let pause = EVERY;
  const find = () => document.querySelector("form[data-write]");
  const place = () => document.getElementById("kept");
  const body = (of, leaving) => {
    const all = new URLSearchParams([...new FormData(of)].filter(([, value]) => typeof value === "string"));
    if (leaving) all.set("leaving", "1");
    return all;
  };

  const ended = () => {
    const at = place();
    if (!at) return;
    const link = document.createElement("a");
    link.href = at.dataset.signIn;
    link.target = "_blank";
    link.textContent = at.dataset.signInWords;
    at.className = "note attention";
    at.replaceChildren(`${at.dataset.ended} `, link);
  };
  const keep = async (leaving) => {
    const at = place();
    form = find();
    // What is typed when the page is left is sent whatever else is on its way.
    if (!form || !at || !dirty || (busy && !leaving) || saving) return;
    busy = true;
    dirty = false;
    last = Date.now();
    try {
      const answer = await fetch(at.dataset.draft, {
        method: "POST", body: body(form, leaving), keepalive: leaving, redirect: "manual",
        headers: { "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded" },
      });
      // What is refused is tried again more and more seldom.
      pause = answer.ok ? EVERY : Math.min(pause * 2, LONGEST);
      if (answer.headers.get("HX-Redirect") || answer.type === "opaqueredirect") { dirty = true; pause = LONGEST; ended(); }
      else if (!answer.ok || answer.headers.get("Salus-Kept") === "later") { dirty = true; }
      else if (place()) { place().className = "muted"; place().textContent = (await answer.text()).trim(); }
    } catch { dirty = true; } finally { busy = false; }
    if (dirty && !leaving) later();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => keep(false), Math.max(RESTS, pause - (Date.now() - last)));
  };
  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("form[data-write]")) return;
    dirty = true;
    later();
  });
  addEventListener("online", () => { pause = EVERY; if (dirty) later(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(true); });
  addEventListener("pagehide", () => keep(true));

  // A form is sent once, however often Enter is pressed.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.matches?.("form[data-write]")) return;
    saving = true;
    clearTimeout(timer);
  });
  const over = (event) => { if (event.target.matches?.("form[data-write], #main")) { saving = false; if (dirty) later(); } };
  document.addEventListener("htmx:sendError", over);
  document.addEventListener("htmx:timeout", over);
  document.addEventListener("htmx:afterRequest", over);
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const to = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (!event.detail.elt.closest?.("form[data-write]") || !to) return;
    // The session has ended: what was typed stays where it is.
    if (new URL(to, location.href).pathname.endsWith("/sign-in")) { event.preventDefault(); saving = false; ended(); }
    else { dirty = false; saving = true; }
  });
  // A form that comes back with what is wrong is shown, and what is wrong is read first.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig?.elt?.matches?.("form[data-write]") && event.detail.xhr.status >= 400) {
      event.detail.shouldSwap = event.detail.xhr.responseText.includes("data-write");
      event.detail.isError = false;
    }
  });
  const look = () => { document.querySelector("[data-summary]")?.focus(); };
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "main") look(); });
  look();

  document.addEventListener("click", (event) => {
    const fill = event.target.closest?.("[data-fill]");
    if (fill) {
      const field = document.getElementById(fill.dataset.fill);
      field.value = fill.dataset.value;
      for (const other of document.querySelectorAll("[data-fill]")) other.setAttribute("aria-pressed", String(other === fill));
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }
    const link = event.target.closest?.("[data-summary] a[href^='#f-']");
    if (link) {
      const at = document.getElementById(link.hash.slice(1));
      const field = at?.matches("fieldset") ? at.querySelector("input") : at;
      if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: "center" }); }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const at = event.target.closest?.("form[data-write]");
      if (at) { event.preventDefault(); at.requestSubmit(at.querySelector("[data-save]")); }
    }
  });
})();
