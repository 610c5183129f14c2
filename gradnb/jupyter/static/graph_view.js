// The picture of a panel: shows what the kernel drew, puts its patches in, and tells it what a reader does.
// All that is worked out here are places on the screen.
const SVG = "http://www.w3.org/2000/svg";
const NATURAL = 4 / 3; // pixels for a point
const [READABLE, COMFORTABLE] = [0.65, 0.85];
const LARGEST = 6;
const DWELL = 200; // milliseconds that a pointer rests on a thing before it is selected
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

const put = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
};
const make = (parent, name, attributes = {}, text = "") => {
  const inside = parent.namespaceURI === SVG ? SVG : "http://www.w3.org/1999/xhtml";
  const element = parent.appendChild(document.createElementNS(inside, name));
  put(element, attributes);
  element.textContent = text;
  return element;
};
const between = (least, value, most) => Math.min(most, Math.max(least, value));
const apart = ([a, b], [c, d]) => Math.hypot(a - c, b - d);

function render({ model, el }) {
  const root = make(el, "div", { class: "gradnb-graph" });
  const advice = make(root, "p", { class: "gradnb-advice" });
  const frame = make(root, "div", { class: "gradnb-frame" });
  const tools = make(root, "div", { class: "gradnb-tools" });
  const hint = make(tools, "span", { class: "gradnb-hint", role: "status" });
  const things = new Map(); // all elements of the picture that have an id
  let picture = null;
  let items = []; // those to which a reader can go
  let marks = null; // the layer of what is drawn here
  let whole = null; // the picture's size in points
  let camera = { x: 0, y: 0, scale: 1 }; // the point in the frame's corner, pixels for a point
  let looks = "first"; // how it came to that: "first", the "whole" on request, or "moved" by the reader
  let scope = ""; // the name scope that was opened or closed last
  let pinned = false; // whether a click or a key selected: then a passing pointer does not

  const word = (key) => model.get("words")[key] ?? "";
  const name = (thing) => thing?.dataset.id ?? "";
  const selected = () => things.get(model.get("selected"));
  const start = () => items.find((item) => scope && item.dataset.scope === scope) ?? selected() ?? items[0];
  const canStop = (thing) => Boolean(thing?.matches(".backward:not(.blocked)"));
  const hasWall = (thing) => thing.matches(".stopped");
  // Where a thing stands; an edge is where its label is.
  const boxOf = (thing) => ((thing.matches(".edge") && thing.querySelector("polygon")) || thing).getBBox();

  // What the kernel says
  const patch = () => {
    for (const [id, { text, fills, ...attributes }] of Object.entries(model.get("patch"))) {
      const thing = things.get(id);
      if (!thing) continue;
      if (text !== undefined && thing.textContent !== text) thing.textContent = text;
      fills?.split(" ").forEach((fill, number) => put(thing.children[number], { fill }));
      put(thing, attributes);
    }
  };
  const draw = () => {
    const source = model.get("svg");
    const before = (selected() || scope) && start() && frame.clientWidth ? onScreen(start()) : null;
    const focused = frame.contains(document.activeElement);
    frame.replaceChildren();
    things.clear();
    [picture, items] = [null, []];
    advice.textContent = model.get("advice");
    put(advice, { hidden: !advice.textContent });
    for (const part of [frame, tools]) put(part, { hidden: !source });
    if (!source) return;
    picture = document.importNode(new DOMParser().parseFromString(source, "image/svg+xml").documentElement, true);
    // Two panels of a page hold things of the same ids: for the page they are none.
    for (const thing of [picture, ...picture.querySelectorAll("[id]")]) {
      thing.dataset.id = thing.id;
      things.set(thing.id, thing);
      thing.removeAttribute("id");
    }
    items = ["g:not(.cluster) > g[role=button]", ".cluster > g"].flatMap((kind) => [...picture.querySelectorAll(kind)]);
    whole = { width: picture.viewBox.baseVal.width, height: picture.viewBox.baseVal.height };
    put(picture, { width: "100%", height: "100%", "aria-roledescription": word("picture") });
    frame.append(picture);
    marks = make(things.get("picture"), "g", { class: "gradnb-marks", "aria-hidden": true });
    patch();
    settle();
    if (before && camera.scale > fitting()) {
      const [x, y] = onScreen(start());
      pan(before[0] - x, before[1] - y, looks);
    }
    if (focused) start()?.focus({ preventScroll: true });
  };

  // Where one looks
  const look = (x, y, scale, why = looks) => {
    [camera, looks] = [{ x, y, scale }, why];
    const size = [frame.clientWidth / scale, frame.clientHeight / scale];
    if (size[0]) put(picture, { viewBox: [x, y, ...size].join(" ") });
    put(root, { "data-moved": looks === "moved" });
  };
  const fitting = () => Math.min(NATURAL, frame.clientWidth / whole.width, frame.clientHeight / whole.height);
  const fit = (why = "whole") => {
    const scale = fitting();
    look((whole.width - frame.clientWidth / scale) / 2, (whole.height - frame.clientHeight / scale) / 2, scale, why);
  };
  const settle = () => {
    if (!frame.clientWidth) return;
    const across = frame.clientWidth / whole.width;
    const wanted = whole.height * (across < READABLE ? COMFORTABLE : Math.min(across, NATURAL));
    const most = Math.max(320, 0.6 * window.innerHeight);
    // It never becomes lower, so that what stands below it does not jump.
    frame.style.height = `${Math.ceil(Math.max(Math.min(wanted, most), parseFloat(frame.style.height) || 0))}px`;
    if (looks === "moved") return look(camera.x, camera.y, camera.scale);
    if (looks === "whole" || fitting() >= READABLE) return fit(looks);
    // What is too large to be read as a whole is shown from where it begins.
    const [width, height] = [frame.clientWidth / COMFORTABLE, frame.clientHeight / COMFORTABLE];
    const y = items.length ? placeOf(items[0])[1] - height / 2 : 0;
    look(Math.min(0, (whole.width - width) / 2), between(0, y, Math.max(0, whole.height - height)), COMFORTABLE);
  };
  const zoom = (factor, [right, down] = [frame.clientWidth / 2, frame.clientHeight / 2]) => {
    const scale = between(0.1, camera.scale * factor, LARGEST);
    const shift = 1 / camera.scale - 1 / scale;
    look(camera.x + right * shift, camera.y + down * shift, scale, "moved");
  };
  const pan = (right, down, why = "moved") => {
    look(camera.x - right / camera.scale, camera.y - down / camera.scale, camera.scale, why);
  };
  const placeOf = (thing) => {
    const { x, y, width, height } = boxOf(thing);
    const { e, f } = things.get("picture").transform.baseVal.consolidate().matrix;
    return [x + e + width / 2, y + f + height / 2];
  };
  const onScreen = (thing) => {
    const [x, y] = placeOf(thing);
    return [(x - camera.x) * camera.scale, (y - camera.y) * camera.scale];
  };

  // What is marked
  const decorate = () => {
    if (!picture || !frame.clientWidth) return; // nothing has a place while it is hidden
    const [one, lit, flags] = [selected(), new Set(model.get("lit")), { badge: model.get("badges"), ghost: model.get("ghosts") }];
    for (const item of items) {
      put(item, { "data-lit": lit.has(name(item)), "aria-current": item === one, tabindex: item === start() ? 0 : -1 });
      put(item, { "aria-description": Object.values(flags).flatMap((all) => all[name(item)] || []).join(" · ") || null });
    }
    put(picture, { "data-dim": lit.size > 0 });
    marks.replaceChildren();
    for (const id of lit) if (things.get(id)?.matches(".node")) outline(things.get(id), "light");
    const ring = one ?? items.find((item) => item === document.activeElement);
    if (ring) outline(ring, "ring");
    for (const kind in flags) for (const id in flags[kind]) flag(id, flags[kind][id], kind);
    if (canStop(one)) sign(one);
    const help = one?.dataset.scope ? "scope_hint" : !canStop(one) ? "hint" : hasWall(one) ? "wall_hint" : "edge_hint";
    if (hint.textContent !== word(help)) hint.textContent = word(help);
  };
  const outline = (thing, kind) => {
    const { x, y, width, height } = boxOf(thing);
    make(marks, "rect", { class: kind, rx: 4, x: x - 3, y: y - 3, width: width + 6, height: height + 6 });
    if (kind === "light") make(marks, "path", { class: "pointer", d: `M${x + 2},${y - 14}h12l-6,9z` });
  };
  // A few words beside a node, where no number stands: a badge above its right corner and in the picture, a ghost below.
  const flag = (id, words, kind) => {
    if (!things.has(id) || !words) return;
    const { x, y, width, height } = boxOf(things.get(id));
    const group = make(marks, "g", { class: kind });
    const back = make(group, "rect", { rx: 6.5, height: 13 });
    const top = kind === "ghost" ? y + height + 3 : Math.max(y - 16, 1 - things.get("picture").transform.baseVal.consolidate().matrix.f);
    const line = make(group, "text", { x: x + width - 6, y: top + 9.7, "text-anchor": "end", "font-size": 9.5 }, words);
    const long = line.getComputedTextLength() + 12;
    put(back, { x: x + width - long, y: top, width: long });
  };
  // What sets a wall at the selected edge, or takes it away.
  const sign = (edge) => {
    const { x, y, width } = boxOf(edge);
    const group = make(marks, "g", { class: "sign", transform: `translate(${x + width + 6} ${y - 11})` });
    make(group, "title", {}, word(hasWall(edge) ? "lift" : "stop"));
    make(group, "circle", { r: 9 });
    make(group, "path", { d: hasWall(edge) ? "M4,-4.5L-4.5,0L4,4.5z" : "M-4,-4H4V4H-4z" });
    group.onclick = () => (activate(edge), go(edge));
  };

  // What a reader does
  const select = (thing, pin = true) => {
    if (thing?.matches(".cluster *")) return; // the sign of a box has no card
    pinned = pin && Boolean(thing);
    scope = "";
    if (model.get("selected") === name(thing)) return;
    model.set("selected", name(thing));
    model.save_changes();
  };
  const activate = (thing) => {
    scope = thing.dataset.scope ?? "";
    if (scope) model.send({ scope });
    else if (canStop(thing)) model.send({ stop: name(thing) });
  };
  const go = (thing) => {
    if (!thing) return;
    select(thing);
    thing.focus({ preventScroll: true });
    if (camera.scale <= fitting()) return; // all is in sight
    const size = [frame.clientWidth, frame.clientHeight];
    const [right, down] = onScreen(thing).map((place, axis) => between(40, place, size[axis] - 40) - place);
    if (right || down) pan(right, down);
  };
  const keys = (event) => {
    const thing = items.find((item) => item === document.activeElement);
    if (!thing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (ARROWS[key]) go(things.get(thing.dataset[ARROWS[key]]));
    else if (key === "Home" || key === "End") go(items.at(key === "End" ? -1 : 0));
    else if (key === "Enter" || key === " " || (key === "Delete" && canStop(thing))) activate(thing);
    else if (key === "Escape") select(null);
    else if (key === "+" || key === "=" || key === "-") zoom(key === "-" ? 0.8 : 1.25);
    else if (key === "0") fit();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the notebook has keys of its own
  };
  const fingers = new Map(); // pointers that are down, and where
  let [moved, timer] = [false, 0];
  const placeIn = ({ clientX, clientY }) => {
    const { left, top } = frame.getBoundingClientRect();
    return [clientX - left, clientY - top];
  };
  const press = (event) => {
    clearTimeout(timer);
    if (!fingers.size) moved = false;
    if (!event.button) fingers.set(event.pointerId, placeIn(event));
  };
  const drag = (event) => {
    const [from, to] = [fingers.get(event.pointerId), placeIn(event)];
    if (!from || (!moved && apart(from, to) < 5)) return;
    moved = true;
    frame.setPointerCapture(event.pointerId);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) zoom(apart(to, other) / Math.max(1, apart(from, other)), other);
    else pan(to[0] - from[0], to[1] - from[1]);
    fingers.set(event.pointerId, to);
  };
  const click = (event) => {
    if (moved || event.target.closest(".sign")) return;
    const thing = event.target.closest("[role=button]");
    const again = thing && pinned && thing === selected();
    select(thing);
    if (again || thing?.dataset.scope) activate(thing);
    thing?.focus({ preventScroll: true });
  };
  const hover = (event) => {
    const thing = event.target.closest?.("[role=button]");
    for (const edge of picture?.querySelectorAll("[data-source]") ?? []) {
      put(edge, { "data-near": [name(edge), edge.dataset.source, edge.dataset.target].includes(name(thing)) });
    }
    clearTimeout(timer);
    if (thing && !fingers.size) timer = setTimeout(() => pinned || select(thing, false), DWELL);
  };
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // it is the page's
    event.preventDefault();
    zoom(Math.exp(-between(-60, event.deltaY, 60) / 200), placeIn(event));
  };
  const keyFocus = ({ target }) => items.includes(target) && target.matches(":focus-visible") && select(target);

  // Putting it together
  const buttons = { zoom_out: ["−", () => zoom(0.8)], zoom_in: ["+", () => zoom(1.25)], fit: ["⤢", () => fit()] };
  for (const [key, [text, action]] of Object.entries(buttons)) {
    make(tools, "button", { type: "button", "data-word": key }, text).onclick = action;
  }
  let [waiting, anew] = [0, true];
  const show = () => {
    if (anew) draw();
    else if (picture) patch();
    [waiting, anew] = [0, false];
    root.dataset.theme = model.get("theme");
    for (const button of tools.querySelectorAll("button")) button.ariaLabel = button.title = word(button.dataset.word);
    decorate();
  };
  const later = () => (waiting ||= requestAnimationFrame(show)); // of a burst the last state is shown
  const afresh = () => {
    anew = true;
    later();
  };
  const heard = { svg: afresh, advice: afresh };
  for (const trait of ["patch", "selected", "lit", "badges", "ghosts", "theme", "words"]) heard[trait] = later;
  for (const [trait, action] of Object.entries(heard)) model.on(`change:${trait}`, action);
  const does = { click, keydown: keys, wheel, focusin: keyFocus, pointerdown: press, pointermove: drag };
  does.pointerup = does.pointercancel = ({ pointerId }) => fingers.delete(pointerId);
  does.pointerover = does.pointerleave = hover;
  for (const [event, action] of Object.entries(does)) frame.addEventListener(event, action, { passive: false });
  const observer = new ResizeObserver(() => picture && (settle(), decorate()));
  show();
  observer.observe(frame);
  return () => {
    observer.disconnect();
    clearTimeout(timer);
    cancelAnimationFrame(waiting);
    for (const [trait, action] of Object.entries(heard)) model.off(`change:${trait}`, action);
  };
}

export default { render };
