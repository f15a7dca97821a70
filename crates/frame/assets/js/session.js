// The session is this browser's: a sign-in makes a key, every form proves it, a page that came without its worker fetches it back, and
// signing out forgets it.
(() => {
  const LONGEST_MS = 15000;
  const ONCE_MS = 20000;
  const cell = location.pathname.split("/")[1];
  const say = (at, what) => {
    for (const one of at.querySelectorAll("[data-part]")) one.hidden = one.dataset.part !== what;
  };
  const within = (promise) => Promise.race([
    promise,
    new Promise((_, reject) => { setTimeout(() => reject(new Error("late")), LONGEST_MS); }),
  ]);
  const worker = async () => {
    await navigator.serviceWorker.register(`/${cell}/worker.js`, { scope: `/${cell}/`, updateViaCache: "none" });
    await within(navigator.serviceWorker.ready);
  };

  // Back from the door: a key is made, and the code becomes a session that is bound to it.
  const binds = document.querySelector("[data-binds]");
  const bind = async () => {
    const { code, state, iss } = binds.dataset;
    await worker();
    const key = await salusProof.make(cell);
    const ask = async () => fetch(`/${cell}/signed-in`, {
      method: "POST",
      body: new URLSearchParams({ code, state, iss }),
      headers: { "HX-Request": "true", DPoP: await salusProof.prove(cell, key, "POST", `/${cell}/signed-in`) },
    });
    let answer = await ask();
    if (answer.status === 401 && answer.headers.has("DPoP-Nonce")) {
      salusProof.heard(answer);
      answer = await ask();
    }
    const to = answer.headers.get("HX-Redirect");
    if (answer.ok && to) location.replace(to);
    else say(binds, "failed");
  };
  if (binds) bind().catch(() => say(binds, "none"));

  // A code on paper: the session that it begins is this browser's, too.
  const bindsForm = document.querySelector("form[data-binds-form]");
  const bindForm = async () => {
    await worker();
    const key = await salusProof.make(cell);
    const field = document.createElement("input");
    const value = await salusProof.prove(cell, key, "POST", bindsForm.getAttribute("action"));
    Object.assign(field, { type: "hidden", name: "dpop", value });
    bindsForm.append(field);
  };
  if (bindsForm) {
    bindsForm.addEventListener("submit", (event) => {
      event.preventDefault();
      // Without a key the server says that it could not be opened.
      bindForm().catch(() => {}).finally(() => HTMLFormElement.prototype.submit.call(bindsForm));
    });
  }

  // A page that the server did not give, since nothing proved the key.
  const unproved = document.querySelector("[data-unproved]");
  const back = async () => {
    if (!(await salusProof.find(cell))) return say(unproved, "elsewhere");
    await worker();
    if (unproved.dataset.unproved !== "GET") return say(unproved, "again");
    const before = Number(sessionStorage.getItem("salus-back"));
    if (Date.now() - before < ONCE_MS) return say(unproved, "stuck");
    sessionStorage.setItem("salus-back", String(Date.now()));
    location.reload();
  };
  if (unproved) back().catch(() => say(unproved, "none"));

  // Where there are forms of ours that a session sends.
  if (!document.querySelector(`form[action="/${CSS.escape(cell)}/look"]`)) return;
  if (location.pathname === `/${cell}/signed-out`) salusProof.forget(cell).catch(() => {});
  let key;
  let isKnown = false;
  const known = salusProof.find(cell).catch(() => undefined).then((found) => { key = found; isKnown = true; });
  const send = async (form, submitter, action) => {
    await known;
    const add = (name, value) => {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
      return field;
    };
    const added = [];
    if (submitter?.name) added.push(add(submitter.name, submitter.value));
    if (key) added.push(add("dpop", await salusProof.prove(cell, key, "POST", action).catch(() => "")));
    const before = form.getAttribute("action");
    form.setAttribute("action", action);
    HTMLFormElement.prototype.submit.call(form);
    // The page may stay, or come back: with a form that is as it was.
    for (const field of added) field.remove();
    if (before === null) form.removeAttribute("action");
    else form.setAttribute("action", before);
  };
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    const method = submitter?.getAttribute("formmethod") || form.getAttribute("method") || "get";
    const action = new URL(submitter?.getAttribute("formaction") || form.getAttribute("action") || "", location.href);
    // htmx has its own way, by the worker; without a key, there is nothing to prove.
    if (event.defaultPrevented || method.toLowerCase() !== "post" || action.origin !== location.origin || (isKnown && !key)) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "yes";
    send(form, submitter, action.pathname + action.search).finally(() => { delete form.dataset.sending; });
  });
})();
