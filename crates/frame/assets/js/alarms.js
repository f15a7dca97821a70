// Alarms: whoever administers is told on every page, within two seconds. Says nothing when it cannot ask: the page that is open does.
(() => {
  const place = document.querySelector("[data-alarms]");
  if (!place) return;
  const again = () => setTimeout(look, 2000);
  const look = async () => {
    if (!navigator.onLine || document.hidden) return again();
    try {
      const answer = await fetch(place.dataset.alarms, { headers: { "hx-request": "true" } });
      if (!answer.ok || answer.headers.has("hx-redirect")) return;
      const words = (await answer.text()).trim();
      if (place.firstElementChild.textContent !== words) place.firstElementChild.textContent = words;
      place.hidden = words === "";
    } catch { /* asked again */ }
    again();
  };
  setTimeout(look, 400);
})();
