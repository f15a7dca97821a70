// The search field: asks when typing rests, shows what was found, arrow keys choose, Enter goes there.
(() => {
  const field = document.getElementById("q");
  const list = document.getElementById("found");
  if (!field || !list) return;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const show = (on) => {
    list.hidden = !on;
    field.setAttribute("aria-expanded", String(on));
    if (!on) field.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) return;
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  // Whether the list is of what stands in the field now, and not of what stood there when it was asked for: the server says what it is of.
  const answers = () => list.querySelector("[data-of]")?.dataset.of === field.value.trim();
  const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");
  // What is too short finds too many, and costs a search.
  field.addEventListener("htmx:beforeRequest", (event) => {
    if (field.value.trim().length < 2) { event.preventDefault(); show(false); }
  });
  list.addEventListener("htmx:afterSwap", () => {
    show(document.activeElement === field && list.childElementCount > 0);
    choose(options()[0]);
  });
  field.addEventListener("input", () => { if (field.value.trim().length < 2) show(false); });
  field.addEventListener("focus", () => { if (list.childElementCount > 0 && field.value.trim().length >= 2) show(true); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    if (event.key === "Escape" && !list.hidden) { show(false); event.preventDefault(); return; }
    if (list.hidden || all.length === 0) return;
    const at = chosen();
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all[(at + all.length - 1) % all.length]);
    else if (event.key === "Enter" && at >= 0 && answers()) all[at].click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => { if (!event.target.closest?.("[data-find]")) show(false); });
})();
