// The vanishing-gradient explorer. All numbers come with the model; here they are only drawn.
const SVG = "http://www.w3.org/2000/svg";
const BOX = { left: 100, right: 944, top: 48, bottom: 372, width: 960, height: 440 };
const FLOOR = -20; // decades: lower curves leave the picture, the text still says their value
const POWERS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function decadesOf(text, perDecade) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const decade = (_, k) => view.getInt16(2 * k, true) / perDecade;
  return Array.from({ length: bytes.length / 2 }, decade);
}

function number(decades) {
  if (decades > -2 && decades < 3) return Number((10 ** decades).toPrecision(2)).toString();
  const power = Math.floor(decades + 1e-9);
  const first = (10 ** (decades - power)).toFixed(1);
  return `${first} × 10${[...String(power)].map((sign) => POWERS[sign]).join("")}`;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

function draw(parent, name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

function slider(parent, text, count) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const value = document.createElement("span");
  label.append(document.createElement("span"), input, value);
  label.firstChild.textContent = text;
  value.className = "value";
  value.setAttribute("aria-hidden", "true");
  Object.assign(input, { type: "range", min: 0, max: count - 1, step: 1 });
  input.dataset.lmSuppressShortcuts = "true"; // JupyterLab, also presenting, leaves it its keys
  input.setAttribute("aria-label", text);
  parent.append(label);
  return { input, value };
}

function render({ model, el }) {
  const [radii, lags, seeds] = ["radii", "lags", "seeds"].map((name) => model.get(name));
  const norms = decadesOf(model.get("norms"), model.get("per_decade"));
  const bounds = decadesOf(model.get("bounds"), model.get("per_decade"));
  const ceiling = Math.max(2, Math.ceil(norms.reduce((a, b) => Math.max(a, b)) / 2) * 2);
  const floor = Math.max(FLOOR, Math.floor(norms.reduce((a, b) => Math.min(a, b)) / 5) * 5);
  const [first, last] = [lags[0], lags[lags.length - 1]];
  const x = (lag) =>
    BOX.left + ((lag - first) / Math.max(1, last - first)) * (BOX.right - BOX.left);
  const y = (decades) =>
    BOX.top + ((ceiling - decades) / (ceiling - floor)) * (BOX.bottom - BOX.top);

  const root = document.createElement("div");
  root.className = "ck-vanishing";
  el.append(root);

  const svg = draw(root, "svg", { viewBox: `0 0 ${BOX.width} ${BOX.height}`, role: "img" });
  const clip = `ck-clip-${Math.random().toString(36).slice(2)}`;
  draw(draw(svg, "clipPath", { id: clip }), "rect", {
    x: BOX.left, y: BOX.top, width: BOX.right - BOX.left, height: BOX.bottom - BOX.top,
  });
  for (let decade = floor; decade <= ceiling; decade += 5) {
    const [x1, x2, at] = [BOX.left, BOX.right, y(decade)];
    draw(svg, "line", { x1, x2, y1: at, y2: at, class: decade === 0 ? "one" : "grid" });
    const name = decade === 0 ? "1" : `10${[...String(decade)].map((s) => POWERS[s]).join("")}`;
    draw(svg, "text", { x: BOX.left - 10, y: at + 8, "text-anchor": "end" }, name);
  }
  for (const lag of [first, ...[0.25, 0.5, 0.75, 1].map((part) => Math.round(part * last))]) {
    if (lag < first) continue;
    const anchor = lag === last ? "end" : "middle";
    draw(svg, "text", { x: x(lag), y: BOX.bottom + 29, "text-anchor": anchor }, lag);
  }
  draw(svg, "line", { x1: BOX.left, x2: BOX.right, y1: BOX.bottom, y2: BOX.bottom, class: "axis" });
  draw(svg, "line", { x1: BOX.left, x2: BOX.left, y1: BOX.top, y2: BOX.bottom, class: "axis" });
  const middle = (BOX.left + BOX.right) / 2;
  draw(svg, "text", { x: middle, y: BOX.height - 8, "text-anchor": "middle" }, "lag n (steps)");
  draw(svg, "text", { x: 0, y: 23 }, "‖∂h(T) / ∂h(T−n)‖");
  const legend = [["median", `median of ${seeds} seeds`], ["seed", "each seed"], ["bound", "bound ‖U‖ⁿ"]];
  let at = 284;
  for (const [kind, text] of legend) {
    draw(svg, "path", { class: kind, d: `M${at} 16h44` });
    draw(svg, "text", { x: at + 52, y: 23 }, text);
    at += 84 + 10.4 * text.length;
  }

  const plot = draw(svg, "g", { "clip-path": `url(#${clip})` });
  const bound = draw(plot, "path", { class: "bound" });
  const lines = Array.from({ length: seeds }, () => draw(plot, "path", { class: "seed" }));
  const thick = draw(plot, "path", { class: "median" });
  const mark = draw(plot, "line", { class: "mark", y1: BOX.top, y2: BOX.bottom });
  const dot = draw(plot, "circle", { class: "dot", r: 10 });

  const radius = slider(root, "Spectral radius of U", radii.length);
  const lag = slider(root, "Lag n (steps)", lags.length);
  const says = document.createElement("output");
  says.className = "says";
  says.setAttribute("aria-live", "polite");
  root.append(says);

  const path = (decades) =>
    decades.map((d, k) => `${k ? "L" : "M"}${x(lags[k]).toFixed(1)} ${y(d).toFixed(1)}`).join("");

  function update() {
    const [r, n] = [model.get("radius_index"), model.get("lag_index")];
    const rows = lines.map((_, s) => {
      const start = (r * seeds + s) * lags.length;
      return norms.slice(start, start + lags.length);
    });
    const middles = lags.map((_, k) => median(rows.map((row) => row[k])));
    lines.forEach((line, s) => line.setAttribute("d", path(rows[s])));
    thick.setAttribute("d", path(middles));
    bound.setAttribute("d", path(bounds.slice(r * lags.length, (r + 1) * lags.length)));
    mark.setAttribute("x1", x(lags[n]));
    mark.setAttribute("x2", x(lags[n]));
    dot.setAttribute("cx", x(lags[n]));
    dot.setAttribute("cy", Math.min(Math.max(y(middles[n]), BOX.top), BOX.bottom));
    radius.input.value = r;
    lag.input.value = n;
    radius.value.textContent = radii[r].toFixed(2);
    lag.value.textContent = lags[n];
    radius.input.setAttribute("aria-valuetext", radii[r].toFixed(2));
    lag.input.setAttribute("aria-valuetext", `${lags[n]} steps`);
    const here = rows.map((row) => row[n]);
    const steps = lags[n] === 1 ? "1 step" : `${lags[n]} steps`;
    const change = middles[n] > 0 ? `the error is up to ${number(middles[n])} times as large`
      : `at most ${number(middles[n])} of the error is left`;
    says.textContent = `After ${steps}, ${change} (seeds: ${number(Math.min(...here))} to ` +
      `${number(Math.max(...here))}).`;
    svg.setAttribute("aria-label", `Norm of the Jacobian against the lag. ${says.textContent}`);
  }

  function choose(trait, input) {
    model.set(trait, Number(input.value));
    model.save_changes();
  }

  radius.input.addEventListener("input", () => choose("radius_index", radius.input));
  lag.input.addEventListener("input", () => choose("lag_index", lag.input));
  const events = ["change:radius_index", "change:lag_index"];
  for (const event of events) model.on(event, update);
  update();
  return () => {
    for (const event of events) model.off(event, update);
    root.remove();
  };
}

export default { render };
