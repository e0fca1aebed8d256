// The gate explorer: switches for i, f and o at every step; c and h are computed as they are set.
const BOX = { left: 170, right: 960, top: 34, bottom: 232, width: 960, height: 262 };
const [LOW, HIGH] = [-2, 3];
const GATES = [["i", "input gate", "#0072B2"], ["f", "forget gate", "#D55E00"],
  ["o", "output gate", "#009E73"]];
const NEXT = { 0: 1, 1: 0.5, 0.5: 0 };
const WORDS = { 0: "shut", 0.5: "half open", 1: "open" };
const MARKS = { 0: "0", 0.5: "½", 1: "1" };
const PRESSED = { 0: "false", 0.5: "mixed", 1: "true" };

// The last two equations of the cell; the gates are given.
function run(candidates, gates) {
  let c = 0;
  return candidates.map((g, t) => {
    c = gates.f[t] * c + gates.i[t] * g;
    return { c, h: gates.o[t] * Math.tanh(c) };
  });
}

function render({ model, el }) {
  const candidates = model.get("candidates");
  const scenes = model.get("scenes");
  const count = candidates.length;
  const step = (BOX.right - BOX.left) / count;
  const x = (t) => BOX.left + (t + 0.5) * step;
  const y = (value) => {
    const inside = Math.min(Math.max(value, LOW), HIGH);
    return BOX.top + ((HIGH - inside) / (HIGH - LOW)) * (BOX.bottom - BOX.top);
  };

  const place = root(el, "gates");
  const press = buttons(place, "scene", scenes.map(({ name }) => name), (k) => set(scenes[k]));

  const switches = {};
  for (const [letter, name, colour] of GATES) {
    const row = put(place, "div", { className: "row" });
    row.style.setProperty("--ck-gate", colour);
    row.style.setProperty("--ck-half", `${colour}66`);
    put(row, "span", { textContent: `${name} ${letter}` });
    const cells = put(row, "div", {});
    cells.setAttribute("role", "group");
    cells.setAttribute("aria-label", name);
    switches[letter] = candidates.map((_, t) => {
      const button = put(cells, "button", { type: "button" });
      button.dataset.lmSuppressShortcuts = "true";
      button.addEventListener("click", () => turn(letter, t));
      button.addEventListener("keydown", (event) => move(event, letter, t));
      return button;
    });
  }

  const svg = picture(place, BOX.width, BOX.height);
  for (let value = LOW; value <= HIGH; value += 1) {
    const at = y(value);
    draw(svg, "line", { x1: BOX.left, x2: BOX.right, y1: at, y2: at,
      class: value === 0 ? "axis" : "grid" });
    draw(svg, "text", { x: BOX.left - 10, y: at + 7, "text-anchor": "end" },
      String(value).replace("-", "−"));
  }
  candidates.forEach((_, t) =>
    draw(svg, "text", { x: x(t), y: BOX.height - 6, "text-anchor": "middle" }, t + 1));
  draw(svg, "text", { x: 0, y: BOX.height - 6 }, "step t");
  const legend = [["g", "candidate g", 178], ["c", "cell state c", 398], ["h", "output h", 620]];
  for (const [kind, text, at] of legend) {
    if (kind === "g") draw(svg, "path", { class: "g", d: diamond(at + 22, 17) });
    else draw(svg, "path", { class: kind, d: `M${at} 17h44` });
    draw(svg, "text", { x: at + 52, y: 24 }, text);
  }
  const points = draw(svg, "path", { class: "g" });
  const lines = { c: draw(svg, "path", { class: "c" }), h: draw(svg, "path", { class: "h" }) };
  const says = result(place);

  function diamond(at, high) {
    return `M${at - 8} ${high}l8 -8l8 8l-8 8z`;
  }

  function stairs(values) {
    return values.map((value, t) => {
      const [left, right] = [x(t) - step / 2, x(t) + step / 2];
      return `${t ? "L" : "M"}${left.toFixed(1)} ${y(value).toFixed(1)}H${right.toFixed(1)}`;
    }).join("");
  }

  function current() {
    const gates = model.get("gates");
    return scenes.find((scene) =>
      GATES.every(([letter]) => scene[letter].every((value, t) => value === gates[letter][t])));
  }

  function update() {
    const gates = model.get("gates");
    const states = run(candidates, gates);
    for (const [letter, name] of GATES) {
      switches[letter].forEach((button, t) => {
        const value = gates[letter][t];
        button.textContent = MARKS[value];
        button.setAttribute("aria-pressed", PRESSED[value]);
        button.setAttribute("aria-label", `${name}, step ${t + 1}: ${WORDS[value]}`);
      });
    }
    const scene = current();
    press(scenes.indexOf(scene));
    points.setAttribute("d", candidates.map((g, t) => diamond(x(t), y(g))).join(""));
    lines.c.setAttribute("d", stairs(states.map(({ c }) => c)));
    lines.h.setAttribute("d", stairs(states.map(({ h }) => h)));
    const last = states[count - 1];
    const shown = states.filter(({ h }) => Math.abs(h) > 1e-9).length;
    const told = scene ? scene.says : "Set by hand.";
    says.textContent = `${told} At the end c = ${fixed(last.c)}, h = ${fixed(last.h)}; ` +
      `h is not zero at ${shown} of ${count} steps.`;
    const path = (key) => states.map((state) => fixed(state[key])).join(", ");
    svg.setAttribute("aria-label", `Cell state c: ${path("c")}. Output h: ${path("h")}.`);
  }

  function set(scene) {
    choose(model, "gates", Object.fromEntries(GATES.map(([letter]) => [letter, [...scene[letter]]])));
  }

  function turn(letter, t) {
    const gates = model.get("gates");
    const row = gates[letter].map((value, k) => (k === t ? NEXT[value] : value));
    choose(model, "gates", { ...gates, [letter]: row });
  }

  function move(event, letter, t) {
    const row = GATES.findIndex(([name]) => name === letter);
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const way = by[event.key];
    if (!way) return;
    event.preventDefault();
    const there = switches[GATES[row + way[0]]?.[0]]?.[t + way[1]];
    if (there) there.focus();
  }

  return alive(model, ["gates"], update, place);
}

export default { render };
