// The picture of a panel: it shows what the kernel drew, patches it, and tells the kernel what a reader does.
// Positions on the screen are all that is worked out here.
const SVG = "http://www.w3.org/2000/svg";
const NATURAL = 4 / 3; // pixels per point
const LEGIBLE = 0.6;
const LARGEST = 5;
const DWELL = 150; // milliseconds until a pointer that rests on something selects it

const make = (parent, name, attributes = {}, text = "") => {
  const element = parent.namespaceURI === SVG || name === "svg" ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return parent.appendChild(element);
};

const mark = (element, name, on) => (on ? element.setAttribute(name, "") : element.removeAttribute(name));

const center = (box) => [box.x + box.width / 2, box.y + box.height / 2];

function render({ model, el }) {
  const root = make(el, "div", { class: "gradnb-graph" });
  const advice = make(root, "p", { class: "gradnb-advice", role: "note" });
  const frame = make(root, "div", { class: "gradnb-frame" });
  const tools = make(root, "div", { class: "gradnb-tools" });
  const hint = make(tools, "span", { class: "gradnb-hint" });
  let picture = null; // the svg element
  let things = new Map(); // every element of it that has an id
  let items = []; // what a reader can go to
  let marks = null; // the layer of badges and signs
  let camera = { x: 0, y: 0, scale: 1 };
  let fitted = true;
  let pinned = false; // a click or a key chose what is selected: a passing pointer leaves it
  let timer = 0;

  // What the kernel says

  const word = (key) => model.get("words")[key] ?? "";
  const identity = (thing) => thing?.dataset.id ?? "";
  const isEdge = (thing) => thing?.classList.contains("backward");
  const canStop = (thing) => isEdge(thing) && !thing.classList.contains("blocked");

  const patch = () => {
    for (const [id, changes] of Object.entries(model.get("patch"))) {
      const thing = things.get(id);
      for (const [name, value] of thing ? Object.entries(changes) : []) {
        if (name === "text") {
          if (thing.textContent !== value) thing.textContent = value;
        } else if (name === "fills") {
          value.split(" ").forEach((fill, number) => thing.children[number].setAttribute("fill", fill));
        } else if (value === null) thing.removeAttribute(name);
        else if (thing.getAttribute(name) !== value) thing.setAttribute(name, value);
      }
    }
  };

  const draw = () => {
    const source = model.get("svg");
    const anchor = picture && !fitted ? onScreen(things.get(model.get("selected"))) : null;
    const hadFocus = frame.contains(document.activeElement);
    frame.replaceChildren();
    [picture, things, items, marks] = [null, new Map(), [], null];
    advice.textContent = model.get("advice");
    advice.hidden = !advice.textContent;
    frame.hidden = tools.hidden = !source;
    if (!source) return;
    picture = document.importNode(new DOMParser().parseFromString(source, "image/svg+xml").documentElement, true);
    // Two panels on a page have things of the same names: ids of the page they must not be.
    for (const thing of [picture, ...picture.querySelectorAll("[id]")]) {
      thing.dataset.id = thing.id;
      things.set(thing.id, thing);
      thing.removeAttribute("id");
    }
    items = [...picture.querySelectorAll("[role=button]")];
    picture.setAttribute("width", "100%");
    picture.setAttribute("height", "100%");
    picture.setAttribute("aria-roledescription", word("picture"));
    frame.appendChild(picture);
    marks = make(things.get("picture"), "g", { class: "gradnb-marks", "aria-hidden": "true" });
    patch();
    setHeight();
    if (fitted) fit();
    else keep(anchor);
    decorate();
    if (hadFocus) roving()?.focus({ preventScroll: true });
  };

  // Where one looks

  const size = () => [frame.clientWidth, frame.clientHeight];
  const drawn = () => [parseFloat(things.get("picture-all").dataset.width), parseFloat(things.get("picture-all").dataset.height)];

  const look = () => {
    const [width, height] = size();
    if (!picture || !width) return;
    const { x, y, scale } = camera;
    picture.setAttribute("viewBox", [x, y, width / scale, height / scale].join(" "));
    root.toggleAttribute("data-zoomed", !fitted);
  };

  const setHeight = () => {
    const box = picture.viewBox.baseVal;
    things.get("picture-all").dataset.width = box.width;
    things.get("picture-all").dataset.height = box.height;
    const scale = Math.max(LEGIBLE, Math.min(NATURAL, (frame.clientWidth || 900) / box.width));
    const wanted = Math.min(box.height * scale, Math.max(320, 0.7 * window.innerHeight));
    // It never becomes lower: what stands below the picture is not to jump.
    frame.style.height = `${Math.ceil(Math.max(wanted, parseFloat(frame.style.height) || 0))}px`;
  };

  const fit = () => {
    if (!picture) return;
    const [width, height] = size();
    const [across, down] = drawn();
    const scale = Math.min(NATURAL, width / across, height / down);
    camera = { x: (across - width / scale) / 2, y: (down - height / scale) / 2, scale };
    fitted = true;
    look();
  };

  const zoom = (factor, at = size().map((length) => length / 2)) => {
    const scale = Math.min(LARGEST, Math.max(0.1, camera.scale * factor));
    camera = {
      x: camera.x + at[0] / camera.scale - at[0] / scale,
      y: camera.y + at[1] / camera.scale - at[1] / scale,
      scale,
    };
    fitted = false;
    look();
  };

  const pan = (dx, dy) => {
    camera = { ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale };
    fitted = false;
    look();
  };

  // The box of a thing in the units of the view box.
  const box = (thing) => {
    const { x, y, width, height } = thing.getBBox();
    const { e, f } = things.get("picture").transform.baseVal.consolidate().matrix;
    return { x: x + e, y: y + f, width, height };
  };
  const onScreen = (thing) => {
    if (!thing) return null;
    const [x, y] = center(box(thing));
    return [(x - camera.x) * camera.scale, (y - camera.y) * camera.scale];
  };

  // After a new layout what is selected stays where it was, and it stays in sight.
  const keep = (anchor) => {
    const now = onScreen(things.get(model.get("selected")));
    if (anchor && now) pan(anchor[0] - now[0], anchor[1] - now[1]);
    look();
  };
  const reveal = (thing) => {
    const [x, y] = onScreen(thing);
    const [width, height] = size();
    const away = (place, length) => (place < 20 ? 20 - place : place > length - 20 ? length - 20 - place : 0);
    if (!fitted && (away(x, width) || away(y, height))) pan(away(x, width), away(y, height));
  };

  // What is marked

  const roving = () => things.get(model.get("selected")) ?? items[0];

  const decorate = () => {
    if (!picture) return;
    const [selected, lit] = [things.get(model.get("selected")), new Set(model.get("lit"))];
    for (const item of items) {
      mark(item, "data-selected", item === selected);
      mark(item, "data-lit", lit.has(identity(item)));
      item.setAttribute("aria-pressed", item === selected);
      item.setAttribute("tabindex", item === roving() ? 0 : -1);
    }
    mark(picture, "data-steps", lit.size);
    marks.replaceChildren();
    for (const id of lit) if (things.get(id)?.matches(".node")) label(id, "▶", "spark");
    for (const [id, words] of Object.entries(model.get("ghosts"))) label(id, words, "ghost");
    for (const [id, words] of Object.entries(model.get("badges"))) label(id, words, "badge");
    if (canStop(selected)) sign(selected);
    const key = canStop(selected) ? (selected.classList.contains("stopped") ? "wall_hint" : "edge_hint") : "hint";
    hint.textContent = word(selected?.dataset.scope ? "scope_hint" : key);
  };

  // A few words outside of a node, where no number stands: a badge above it, a ghost below.
  const label = (id, words, kind) => {
    const thing = things.get(id);
    if (!thing || !words) return;
    const { x, y, width, height } = thing.getBBox();
    const group = make(marks, "g", { class: kind });
    const back = make(group, "rect", { rx: 6, height: 13 });
    const line = make(group, "text", { "text-anchor": kind === "spark" ? "start" : "end", "font-size": 9.5 }, words);
    const top = kind === "ghost" ? y + height + 2 : y - 15;
    const long = line.getComputedTextLength();
    const place = kind === "spark" ? x : x + width - 5;
    for (const [key, value] of Object.entries({ x: place, y: top + 10 })) line.setAttribute(key, value);
    for (const [key, value] of Object.entries({ x: place - long - 5, y: top, width: long + 10 })) back.setAttribute(key, value);
  };

  // The sign at the selected edge that sets a wall or takes it away.
  const sign = (edge) => {
    const cell = edge.querySelector("polygon") ?? edge;
    const { x, y, width } = cell.getBBox();
    const stopped = edge.classList.contains("stopped");
    const group = make(marks, "g", { class: "sign", transform: `translate(${x + width / 2} ${y - 10})` });
    make(group, "title", {}, word(stopped ? "lift" : "stop"));
    make(group, "circle", { r: 8 });
    make(group, "path", { d: stopped ? "M-2.5,-4L4,0L-2.5,4z" : "M-4,-4H4V4H-4z" });
    group.addEventListener("click", (event) => {
      event.stopPropagation();
      model.send({ stop: identity(edge) });
    });
  };

  // What a reader does

  const select = (thing, pin = true) => {
    pinned = pin && Boolean(thing);
    if (model.get("selected") === identity(thing)) return;
    model.set("selected", identity(thing));
    model.save_changes();
  };

  const activate = (thing) => {
    const scope = thing?.dataset.scope;
    if (scope) model.send({ scope });
    else if (canStop(thing)) model.send({ stop: identity(thing) });
  };

  const near = (thing) => {
    for (const edge of picture?.querySelectorAll("[data-source]") ?? []) {
      const { source, target } = edge.dataset;
      mark(edge, "data-near", thing && (edge === thing || [source, target].includes(identity(thing))));
    }
  };

  const neighbours = (thing, towardInputs) => {
    const [from, to] = towardInputs ? ["source", "target"] : ["target", "source"];
    if (isEdge(thing)) return [things.get(thing.dataset[to])];
    const edges = [...picture.querySelectorAll("[data-source]")];
    const backward = edges.filter((edge) => isEdge(edge) && edge.dataset[from] === identity(thing));
    const beyond = new Set(backward.map((edge) => edge.dataset[to]));
    // Values flow the other way.
    const forward = edges.filter((edge) => edge.matches(".forward") && edge.dataset[to] === identity(thing));
    const seeds = edges.filter((edge) => edge.matches(".seed") && edge.dataset[from] === identity(thing));
    const others = [...forward.map((edge) => edge.dataset[from]), ...seeds.map((edge) => edge.dataset[to])];
    return [...backward, ...others.filter((id) => !beyond.has(id)).map((id) => things.get(id))];
  };

  const closest = (thing, found) => {
    const [x, y] = center(box(thing));
    const away = (other) => Math.hypot(center(box(other))[0] - x, center(box(other))[1] - y);
    return found.filter(Boolean).sort((a, b) => away(a) - away(b))[0];
  };

  const beside = (thing, key) => {
    const here = box(thing);
    const [x, y] = center(here);
    const down = key === "ArrowUp" || key === "ArrowDown";
    const sense = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
    const found = items.filter((item) => {
      const [ix, iy] = center(box(item));
      const [ahead, aside] = down ? [iy - y, ix - x] : [ix - x, iy - y];
      return ahead * sense > 1 && Math.abs(aside) < 40 + (down ? here.width : here.height) / 2;
    });
    return closest(thing, found);
  };

  const keys = (event) => {
    const thing = items.find((item) => item === document.activeElement) ?? roving();
    if (!thing || event.ctrlKey || event.metaKey || event.altKey) return;
    const across = things.get("picture-all").dataset.layout !== "TB";
    const [back, ahead] = across ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    let next = null;
    if (event.key === back || event.key === ahead) next = closest(thing, neighbours(thing, event.key === back));
    else if (event.key.startsWith("Arrow")) next = beside(thing, event.key);
    else if (event.key === "Home") next = items[0];
    else if (event.key === "End") next = items.at(-1);
    else if (event.key === "Enter" || event.key === " " || (event.key === "Delete" && isEdge(thing))) activate(thing);
    else if (event.key === "Escape") select(null);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
    event.stopPropagation(); // a notebook has keys of its own
    if (!next) return;
    select(next);
    decorate();
    next.focus({ preventScroll: true });
    reveal(next);
  };

  // to be continued by the pointer
  const pointers = new Map();
  let moved = false;
  const at = (event) => {
    const { left, top } = frame.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const down = (event) => {
    if (event.button) return;
    if (!pointers.size) moved = false;
    pointers.set(event.pointerId, at(event));
  };
  const move = (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const [x, y] = at(event);
    if (!moved && Math.hypot(x - before[0], y - before[1]) < 4) return;
    moved = true;
    frame.setPointerCapture(event.pointerId);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const apart = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]);
      zoom(apart([x, y]) / Math.max(1, apart(before)), [(x + other[0]) / 2, (y + other[1]) / 2]);
    } else pan(x - before[0], y - before[1]);
    pointers.set(event.pointerId, [x, y]);
  };
  const up = (event) => pointers.delete(event.pointerId);
  const click = (event) => {
    if (moved) return;
    const thing = event.target.closest("[role=button]");
    if (thing?.dataset.scope || (canStop(thing) && pinned && model.get("selected") === identity(thing))) activate(thing);
    select(thing);
    thing?.focus({ preventScroll: true });
  };
  const over = (event) => {
    const thing = event.target.closest?.("[role=button]");
    near(thing);
    clearTimeout(timer);
    if (thing && !pinned && !pointers.size) timer = setTimeout(() => select(thing, false), DWELL);
  };
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), at(event));
  };

  for (const [key, sign, action] of [["zoom_out", "−", () => zoom(0.8)], ["zoom_in", "+", () => zoom(1.25)], ["fit", "⤢", fit]]) {
    make(tools, "button", { type: "button", "data-word": key }, sign).addEventListener("click", action);
  }
  const speak = () => {
    root.dataset.theme = model.get("theme");
    for (const button of tools.querySelectorAll("button")) button.ariaLabel = button.title = word(button.dataset.word);
  };

  let waiting = 0;
  let anew = false;
  const later = (all) => {
    anew ||= all;
    waiting ||= requestAnimationFrame(() => {
      if (anew) draw();
      else patch();
      [waiting, anew] = [0, false];
      decorate();
    });
  };
  const heard = {
    "change:svg change:advice": () => later(true),
    "change:patch": () => later(false),
    "change:selected change:lit change:badges change:ghosts": () => later(false),
    "change:words change:theme": () => { speak(); later(false); },
  };
  for (const [name, action] of Object.entries(heard)) model.on(name, action);
  for (const [name, action] of Object.entries({ pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, click, pointerover: over, keydown: keys })) frame.addEventListener(name, action);
  frame.addEventListener("pointerleave", () => { near(null); clearTimeout(timer); });
  frame.addEventListener("wheel", wheel, { passive: false });
  const observer = new ResizeObserver(() => {
    if (fitted) fit();
    else look();
    decorate();
  });
  observer.observe(frame);
  speak();
  draw();
  return () => {
    observer.disconnect();
    clearTimeout(timer);
    cancelAnimationFrame(waiting);
    for (const [name, action] of Object.entries(heard)) model.off(name, action);
  };
}

export default { render };
