// The Reber walker: a string through the automaton, and what a trained net makes of each symbol.
const BARS = { letter: 668, left: 692, right: 880, top: 34, row: 38 };
const TAPE = { left: 150, right: 956, top: 322, letters: 22, row: 34 };
const NAMES = { i: "input gate i", f: "forget gate f", o: "output gate o", c: "state c" };

function render({ model, el }) {
  const [alphabet, nodes, arcs, units] =
    ["alphabet", "nodes", "arcs", "units"].map((name) => model.get(name));
  const values = (text, ...shape) =>
    nested(unpacked(text).map((whole) => whole / model.get("per_one")), shape);
  const walks = model.get("walks").map((walk) => {
    const count = walk.nodes.length;
    const letters = Object.fromEntries(Object.entries(walk.letters).map(
      ([name, text]) => [name, values(text, count, units)]));
    return { ...walk, count, chances: values(walk.chances, count, alphabet.length), letters };
  });
  const kinds = Object.keys(NAMES).filter((letter) => letter in walks[0].letters);
  const longest = Math.max(...walks.map(({ string }) => string.length));

  const place = root(el, "reber");
  const press = buttons(place, "String", walks.map(({ string }) => string), (k) => {
    const last = walks[k].count - 1;
    if (model.get("step_index") > last) choose(model, "step_index", last);
    choose(model, "string_index", k);
  });
  const svg = picture(place, 960, TAPE.top + TAPE.letters + TAPE.row * kinds.length + 14);
  const drawnArcs = arcs.map((arc) => {
    const made = draw(svg, "g", {});
    draw(made, "path", { class: "arc", d: arc.line });
    draw(made, "path", { class: "head", d: arc.head });
    draw(made, "text", { class: "symbol", x: arc.x, y: arc.y }, arc.symbol);
    return made;
  });
  const drawnNodes = Object.entries(nodes).map(([name, [cx, cy]]) => {
    const made = draw(svg, "circle", { cx, cy, r: model.get("radius") });
    return [name, made];
  });
  draw(svg, "text", { x: BARS.letter - 10, y: 20 }, "the net expects next");
  const chances = [...alphabet].map((symbol, k) => {
    const y = BARS.top + k * BARS.row;
    const made = draw(svg, "g", {});
    draw(made, "text", { x: BARS.letter, y: y + 24, "text-anchor": "middle" }, symbol);
    const bar = draw(made, "rect", { class: "chance", x: BARS.left, y: y + 4, height: 26 });
    draw(made, "rect", { class: "outline", x: BARS.left, y: y + 4, height: 26,
      width: BARS.right - BARS.left });
    const text = draw(made, "text", { x: 954, y: y + 24, "text-anchor": "end" });
    return { made, bar, text };
  });

  const wide = (TAPE.right - TAPE.left) / (longest - 1);
  const column = (t) => TAPE.left + t * wide;
  const row = (k) => TAPE.top + TAPE.letters + k * TAPE.row;
  kinds.forEach((kind, k) =>
    draw(svg, "text", { x: 0, y: row(k) + 24 }, NAMES[kind]));
  draw(svg, "text", { x: 0, y: TAPE.top + 10 }, "symbol read");
  const tape = Array.from({ length: longest - 1 }, (_, t) => {
    const made = draw(svg, "g", {});
    const letter = draw(made, "text", { class: "symbol", x: column(t) + wide / 2, y: TAPE.top + 10 });
    const bars = kinds.map((kind, k) => {
      draw(made, "rect", { class: "cell", x: column(t) + 3, y: row(k) + 2, width: wide - 6, height: 30 });
      return draw(made, "rect", { class: kind, x: column(t) + 3, width: wide - 6 });
    });
    return { made, letter, bars };
  });
  const cursor = draw(svg, "rect", { class: "column", width: wide, y: TAPE.top - 12,
    height: TAPE.letters + TAPE.row * kinds.length + 16 });

  const sliders = put(place, "div", { className: "sliders" });
  const showStep = slider(sliders, "Step", walks[0].count, model, "step_index");
  const showUnit = slider(sliders, "Unit", units, model, "unit_index");
  const says = result(place);

  function showTape(walk, step, unit) {
    const most = Math.max(...walks.map(({ letters }) =>
      Math.max(...letters.c.map((states) => Math.abs(states[unit])))), 1e-9);
    tape.forEach(({ made, letter, bars }, t) => {
      const there = t < walk.count;
      change(made, { class: t > step ? "later" : "", visibility: there ? "visible" : "hidden" });
      if (!there) return;
      letter.textContent = walk.string[t];
      kinds.forEach((kind, k) => {
        const value = walk.letters[kind][t][unit];
        const height = kind === "c" ? (15 * Math.abs(value)) / most : 30 * value;
        const bottom = kind === "c" ? row(k) + 17 + (value < 0 ? height : 0) : row(k) + 32;
        change(bars[k], { y: bottom - height, height });
      });
    });
    change(cursor, { x: column(step) });
  }

  function update() {
    const walk = walks[model.get("string_index")];
    const step = Math.min(model.get("step_index"), walk.count - 1);
    const unit = model.get("unit_index");
    const { string, legal } = walk;
    const node = walk.nodes[step];
    const path = ["start", ...walk.nodes.slice(0, step + 1)];
    arcs.forEach((arc, k) => {
      const walked = path.some((from, t) =>
        t <= step && from === arc.start && string[t] === arc.symbol);
      const kind = arc.start === node ? "legal" : walked ? "walked" : "";
      change(drawnArcs[k], { class: kind });
    });
    for (const [name, circle] of drawnNodes) {
      change(circle, { class: name === node ? "node here" : "node" });
    }
    chances.forEach(({ made, bar, text }, k) => {
      const chance = walk.chances[step][k];
      change(made, { class: legal[step].includes(alphabet[k]) ? "legal" : "" });
      change(bar, { width: chance * (BARS.right - BARS.left) });
      text.textContent = `${Math.round(100 * chance)} %`;
    });
    showTape(walk, step, unit);
    press(walks.indexOf(walk));
    showStep(step, step + 1, `step ${step + 1}: ${string[step]}`, walk.count);
    showUnit(unit, unit);
    const best = walk.chances[step].indexOf(Math.max(...walk.chances[step]));
    const right = legal[step].includes(alphabet[best]) ? "legal" : "not legal";
    const may = [...legal[step]].join(" or ");
    const now = kinds.map((kind) => `${kind} = ${fixed(walk.letters[kind][step][unit])}`);
    says.textContent = `Read ${string.slice(0, step + 1)}. Legal next: ${may}; the net's guess ` +
      `${alphabet[best]} is ${right}; ${string[step + 1]} comes. Unit ${unit}: ${now.join(", ")}.`;
    const each = [...alphabet].map((symbol, k) => `${symbol} ${chances[k].text.textContent}`);
    svg.setAttribute("aria-label", `${says.textContent} The net expects ${each.join(", ")}.`);
  }

  return alive(model, ["string_index", "step_index", "unit_index"], update, place);
}

export default { render };
