"""The script of the page: moving and enlarging the map, choosing trucks, telling what is pointed at, the language."""

SCRIPT = r"""
"use strict";
(() => {
  const map = document.getElementById("map"), world = document.getElementById("world");
  const tip = document.getElementById("tip"), bar = document.getElementById("scale");
  const told = JSON.parse(document.getElementById("told").textContent);
  const width = +map.dataset.width, height = +map.dataset.height, metres = +map.dataset.metres;
  const all = selector => [...document.querySelectorAll(selector)];
  let view = { k: 1, x: 0, y: 0 }, fitted = true, picked = null;
  map.removeAttribute("viewBox");

  function show() {
    world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`);
    map.style.setProperty("--s", 1 / view.k);
    // The first level is for a unit a pixel; each further one enlarges by the square root of two.
    const level = Math.max(0, Math.min(16, Math.floor(2 * Math.log2(view.k) + 1e-6)));
    world.setAttribute("class", "at" + level);
    const rounds = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];
    const longest = rounds.filter(m => m / metres * view.k < 150).pop() || rounds[0];
    bar.style.width = longest / metres * view.k + "px";
    bar.textContent = longest < 1000 ? longest + " m" : longest / 1000 + " km";
  }
  function fit() {
    const box = map.getBoundingClientRect();
    const k = Math.min(box.width / width, box.height / height);
    view = { k, x: (box.width - k * width) / 2, y: (box.height - k * height) / 2 };
    fitted = true;
    show();
  }
  function zoom(factor, x, y) {
    const box = map.getBoundingClientRect();
    const least = Math.min(box.width / width, box.height / height) / 2;
    const k = Math.max(least, Math.min(300, view.k * factor));
    view = { k, x: x - (x - view.x) * k / view.k, y: y - (y - view.y) * k / view.k };
    fitted = false;
    show();
  }
  function move(dx, dy) { view.x += dx; view.y += dy; fitted = false; show(); }
  function zoomMiddle(factor) { zoom(factor, map.clientWidth / 2, map.clientHeight / 2); }

  const pointers = new Map();
  function local(event) {
    const box = map.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
  map.addEventListener("wheel", event => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0018)), ...local(event));
  }, { passive: false });
  map.addEventListener("pointerdown", event => { pointers.set(event.pointerId, local(event)); });
  map.addEventListener("pointermove", event => {
    const before = pointers.get(event.pointerId);
    if (!before) { tell(event); return; }
    const now = local(event);
    if (!map.classList.contains("dragging")) {
      if (Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return;
      map.classList.add("dragging");
      map.setPointerCapture(event.pointerId);
      tip.hidden = true;
    }
    if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
      const spread = p => Math.hypot(p[0] - other[0], p[1] - other[1]);
      zoom(spread(now) / Math.max(1, spread(before)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else move(now[0] - before[0], now[1] - before[1]);
    pointers.set(event.pointerId, now);
  });
  for (const name of ["pointerup", "pointercancel"]) map.addEventListener(name, event => {
    if (!map.classList.contains("dragging") && name === "pointerup") tell(event);
    pointers.delete(event.pointerId);
    if (!pointers.size) map.classList.remove("dragging");
  });
  map.addEventListener("pointerleave", event => { if (event.pointerType === "mouse") tip.hidden = true; });
  map.addEventListener("keydown", event => {
    const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (steps[event.key]) move(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") zoomMiddle(1.4);
    else if (event.key === "-") zoomMiddle(1 / 1.4);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  });
  const tools = { in: () => zoomMiddle(1.6), out: () => zoomMiddle(1 / 1.6), fit };
  for (const button of all("[data-tool]")) button.addEventListener("click", tools[button.dataset.tool]);

  function tell(event) {
    const mark = event.target.closest(".mark"), touch = mark && mark.querySelector("[data-told]");
    tip.hidden = !touch;
    if (!touch) return;
    const lines = told[touch.dataset.told][document.documentElement.lang === "nl" ? 1 : 0];
    tip.replaceChildren(...lines.map(line => Object.assign(document.createElement("p"), { textContent: line })));
    const [x, y] = local(event);
    tip.style.left = Math.max(4, Math.min(x + 14, map.clientWidth - tip.offsetWidth - 6)) + "px";
    tip.style.top = (y + 18 + tip.offsetHeight > map.clientHeight ? y - tip.offsetHeight - 10 : y + 18) + "px";
  }

  function pick(route) {
    if (picked === route) return;
    picked = route;
    world.parentNode.classList.toggle("picking", route !== null);
    for (const part of all("[data-route],[data-pick]"))
      part.classList.toggle("picked", route !== null && (part.dataset.route ?? part.dataset.pick) === route);
  }
  for (const row of all("[data-pick]")) {
    for (const name of ["pointerenter", "focusin"]) row.addEventListener(name, () => pick(row.dataset.pick));
    for (const name of ["pointerleave", "focusout"]) row.addEventListener(name, () => pick(null));
  }
  function toggle(box) {
    for (const part of all(`[data-route="${box.dataset.show}"]`)) part.classList.toggle("off", !box.checked);
  }
  for (const box of all("[data-show]")) { toggle(box); box.addEventListener("change", () => toggle(box)); }
  for (const button of all("[data-all]")) button.addEventListener("click", () => {
    for (const box of all("[data-show]")) { box.checked = !!button.dataset.all; toggle(box); }
  });
  const areas = document.getElementById("areas");
  const outline = () => map.classList.toggle("areas", areas.checked);
  areas.addEventListener("change", outline);
  outline();

  function speak(language) {
    document.documentElement.lang = language;
    document.title = JSON.parse(document.body.dataset.titles)[language];
    for (const part of all("[data-labels]")) {
      const label = JSON.parse(part.dataset.labels)[language];
      part.setAttribute("aria-label", label);
      if (part.tagName === "BUTTON") part.title = label;
    }
    for (const button of all("[data-language]"))
      button.setAttribute("aria-pressed", button.dataset.language === language);
    tip.hidden = true;
  }
  for (const button of all("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language));
  speak(document.documentElement.lang);
  new ResizeObserver(() => { if (fitted) fit(); else show(); }).observe(map);
  fit();
})();
"""
