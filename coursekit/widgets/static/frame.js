// What all widgets share: it stands before each one's own file, in one module.
const SVG = "http://www.w3.org/2000/svg";
const POWERS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function draw(parent, name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  change(made, attributes);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

function change(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
}

function put(parent, name, properties) {
  const made = Object.assign(document.createElement(name), properties);
  parent.append(made);
  return made;
}

function root(el, name) {
  return put(el, "div", { className: `ck-widget ck-${name}` });
}

function picture(parent, width, height) {
  return draw(parent, "svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
}

// The result in words; a screen reader says it when it changes.
function result(parent) {
  const says = put(parent, "output", { className: "says" });
  says.setAttribute("aria-live", "polite");
  return says;
}

function choose(model, trait, value) {
  model.set(trait, value);
  model.save_changes();
}

// A slider over the places of a list; returns what moves it and says where it stands.
function slider(parent, text, count, model, trait) {
  const label = put(parent, "label", { className: "slider" });
  put(label, "span", { textContent: text });
  const input = put(label, "input", { type: "range", min: 0, max: count - 1, step: 1 });
  const value = put(label, "span", { className: "value" });
  value.setAttribute("aria-hidden", "true");
  input.dataset.lmSuppressShortcuts = "true"; // JupyterLab, also presenting, leaves it its keys
  input.setAttribute("aria-label", text);
  input.addEventListener("input", () => choose(model, trait, Number(input.value)));
  return (place, short, words = short, places = count) => {
    input.max = places - 1;
    input.value = place;
    value.textContent = short;
    input.setAttribute("aria-valuetext", words);
  };
}

// One button of several is pressed; arrow keys walk over them. Returns what presses one.
function buttons(parent, text, names, press) {
  const row = put(parent, "div", { className: "choice" });
  change(row, { role: "group", "aria-label": text });
  put(row, "span", { textContent: text });
  const made = names.map((name, k) => {
    const button = put(row, "button", { type: "button", textContent: name });
    button.dataset.lmSuppressShortcuts = "true";
    button.addEventListener("click", () => press(k));
    button.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      made[k + by]?.focus();
    });
    return button;
  });
  return (place) =>
    made.forEach((button, k) => button.setAttribute("aria-pressed", String(k === place)));
}

// Axes in a box. Across and up: { from, to, ticks: [[value, text, class]], name, log }.
function axes(parent, box, across, up) {
  const part = ({ from, to, log }, value) => {
    const [low, high, at] = log ? [from, to, value].map(Math.log) : [from, to, value];
    return (at - low) / (high - low || 1);
  };
  const x = (value) => box.left + part(across, value) * (box.right - box.left);
  const y = (value) => box.bottom - part(up, value) * (box.bottom - box.top);
  for (const [value, text, kind = "grid"] of up.ticks) {
    draw(parent, "line", { x1: box.left, x2: box.right, y1: y(value), y2: y(value), class: kind });
    draw(parent, "text", { x: box.left - 10, y: y(value) + 8, "text-anchor": "end" }, text);
  }
  for (const [value, text] of across.ticks) {
    const anchor = value === across.to ? "end" : "middle";
    draw(parent, "text", { x: x(value), y: box.bottom + 29, "text-anchor": anchor }, text);
  }
  const { left, right, top, bottom } = box;
  draw(parent, "path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` });
  const middle = (left + right) / 2;
  draw(parent, "text", { x: middle, y: bottom + 60, "text-anchor": "middle" }, across.name);
  draw(parent, "text", { x: box.start ?? 0, y: top - 25 }, up.name);
  const clip = `ck-clip-${Math.random().toString(36).slice(2)}`;
  draw(draw(parent, "clipPath", { id: clip }), "rect", {
    x: left, y: top, width: right - left, height: bottom - top,
  });
  const plot = draw(parent, "g", { "clip-path": `url(#${clip})` });
  const line = (xs, ys) =>
    ys.map((value, k) => `${k ? "L" : "M"}${x(xs[k]).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  return { x, y, plot, line, box };
}

// A thin line for each seed and a thick one for their median; returns what draws them.
function spread({ plot, line }, seeds, kind = "") {
  const thin = Array.from({ length: seeds }, () => draw(plot, "path", { class: `seed ${kind}` }));
  const thick = draw(plot, "path", { class: `median ${kind}` });
  return (xs, rows) => {
    const middles = xs.map((_, k) => median(rows.map((row) => row[k])));
    thin.forEach((path, s) => path.setAttribute("d", line(xs, rows[s])));
    thick.setAttribute("d", line(xs, middles));
    return middles;
  };
}

// An upright mark and a dot on it; returns what moves them, the dot never out of the picture.
function marker({ plot, x, y, box }) {
  const mark = draw(plot, "line", { class: "mark", y1: box.top, y2: box.bottom });
  const dot = draw(plot, "circle", { class: "dot", r: 10 });
  return (across, up) => {
    change(mark, { x1: x(across), x2: x(across) });
    const inside = Math.min(Math.max(y(up), box.top), box.bottom);
    change(dot, { cx: x(across), cy: inside });
  };
}

// Lines with their names, from left to right.
function legend(parent, left, top, entries) {
  let at = left;
  for (const [kind, text] of entries) {
    draw(parent, "path", { class: kind, d: `M${at} ${top}h44` });
    draw(parent, "text", { x: at + 52, y: top + 7 }, text);
    at += 84 + 10.4 * text.length;
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

// The list of lists that a flat list stands for, as shape (..., last) says.
function nested(flat, [count, ...shape]) {
  if (!shape.length) return flat;
  const size = flat.length / count;
  return Array.from({ length: count }, (_, k) => nested(flat.slice(k * size, (k + 1) * size), shape));
}

// Whole numbers that were packed as base64 of little-endian int16.
function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 2 }, (_, k) => view.getInt16(2 * k, true));
}

function fixed(value, digits = 2) {
  const text = (Math.abs(value) < 0.5 / 10 ** digits ? 0 : value).toFixed(digits);
  return text.replace("-", "−");
}

function power(decade) {
  return decade === 0 ? "1" : `10${[...String(decade)].map((sign) => POWERS[sign]).join("")}`;
}

// A number known by its logarithm, in words for a sentence.
function size(decades) {
  if (decades > -2 && decades < 3) return Number((10 ** decades).toPrecision(2)).toString();
  const whole = Math.floor(decades + 1e-9);
  return `${(10 ** (decades - whole)).toFixed(1)} × ${power(whole)}`;
}

function decadeTicks(floor, ceiling) {
  const count = Math.floor((ceiling - floor) / 5) + 1;
  const decades = Array.from({ length: count }, (_, k) => floor + 5 * k);
  return decades.map((decade) => [decade, power(decade), decade === 0 ? "one" : "grid"]);
}

function steps(count) {
  return count === 1 ? "1 step" : `${count} steps`;
}

// Draw now and at every change of these traits; returns the clean-up.
function alive(model, traits, update, place) {
  const events = traits.map((trait) => `change:${trait}`);
  for (const event of events) model.on(event, update);
  update();
  return () => {
    for (const event of events) model.off(event, update);
    place.remove();
  };
}
