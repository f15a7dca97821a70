// Curves: with ← and → from value to value of the one that has the focus; what is pointed at is said beside it.
(() => {
  const point = (plot, to) => {
    const points = [...plot.querySelectorAll(".point")];
    if (points.length === 0) return;
    const at = points.findIndex((one) => one.classList.contains("here"));
    let next = to(at, points.length);
    next = Math.min(Math.max(next, 0), points.length - 1);
    for (const one of points) one.classList.toggle("here", one === points[next]);
    plot.closest("[data-plot]").querySelector(".plot-say").textContent = points[next].dataset.say;
  };
  const leave = (plot) => {
    for (const one of plot.querySelectorAll(".point.here")) one.classList.remove("here");
    plot.closest("[data-plot]").querySelector(".plot-say").textContent = "";
  };
  const steps = {
    ArrowLeft: (at, all) => (at < 0 ? all - 1 : at - 1),
    ArrowRight: (at, all) => (at < 0 ? all - 1 : at + 1),
    Home: () => 0,
    End: (_, all) => all - 1,
  };
  for (const plot of document.querySelectorAll("svg.plot")) {
    plot.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      point(plot, step);
    });
    plot.addEventListener("blur", () => leave(plot));
    plot.addEventListener("pointerover", (event) => {
      const at = event.target.closest(".point");
      if (at) point(plot, () => [...plot.querySelectorAll(".point")].indexOf(at));
    });
    plot.addEventListener("pointerleave", () => { if (document.activeElement !== plot) leave(plot); });
  }
  // A day that was chosen is seen where it is.
  document.querySelector(".years [aria-current]")?.scrollIntoView({ block: "nearest" });
})();
