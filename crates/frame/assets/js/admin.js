// Administration: copying what is shown once (a button beside a field; the field's text is chosen when it is entered), saving by keys, and
// saying of files that are too large that they are before they are sent.
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  // A hidden button has no focus to begin with; without a clipboard, the field is what is copied from.
  const first = document.querySelector("[data-copy][autofocus]");
  if (first) (first.hidden ? document.getElementById(first.dataset.copy) : first).focus();
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("form[data-saves]");
    if (form) { event.preventDefault(); form.requestSubmit(); }
  });
  const tooLarge = (form) => {
    const field = form?.querySelector?.("input[type=file][data-most-bytes]");
    if (!field) return null;
    const sum = [...field.files].reduce((all, { size }) => all + size, 0);
    const is = sum > Number(field.dataset.mostBytes);
    form.querySelector("[data-too-large]").hidden = !is;
    return is ? field : null;
  };
  document.addEventListener("change", (event) => { tooLarge(event.target.form); });
  document.addEventListener("submit", (event) => {
    const field = tooLarge(event.target);
    if (!field) return;
    event.preventDefault();
    field.focus();
  }, true);
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-select]")) event.target.select();
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    const field = button && document.getElementById(button.dataset.copy);
    if (!field) return;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select();
      return;
    }
    const before = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = before; }, 2500);
  });
})();
