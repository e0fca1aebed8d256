// Weight conflict: the pull of each time step on one weight, and their sum, through training.
const BARS = { left: 90, right: 500, top: 62, bottom: 276, start: 0 };
const LINES = { left: 610, right: 944, top: 62, bottom: 276, start: 540 };

// Round numbers around a range, for ticks.
function round(range) {
  const unit = 10 ** Math.floor(Math.log10(range));
  return [1, 2, 5, 10].map((k) => k * unit).find((k) => k >= 0.999 * range);
}

function render({ model, el }) {
  const every = model.get("every");
  const weights = model.get("weights").map(({ name, shape, unit, settings }) => ({
    name, shape, settings: settings.map((setting) => ({ name: setting.name, ...sums(
      nested(unpacked(setting.pulls).map((whole) => whole * unit), shape)) })),
  }));

  const place = root(el, "conflict");
  const choices = put(place, "div", { className: "choices" });
  const pressWeight = buttons(choices, "Weight", weights.map(({ name }) => name), (k) => {
    const last = weights[k].shape[0] - 1;
    if (model.get("point_index") > last) choose(model, "point_index", last);
    choose(model, "weight_index", k);
  });
  const names = weights[0].settings.map(({ name }) => name);
  const pressSetting = buttons(choices, "Setting", names, (k) => choose(model, "setting_index", k));
  const svg = picture(place, 960, 344);
  const showPoint = slider(place, "Updates", weights[0].shape[0], model, "point_index");
  const says = result(place);
  let drawn = null;

  // Of each point: the median pull of each step, all that pull up, all that pull down, what is left.
  function sums(points) {
    const middles = points.map((seeds) => seeds[0].map((_, t) => median(seeds.map((s) => s[t]))));
    const total = (keep) => points.map((seeds, k) => seeds.map((seed) =>
      seed.reduce((sum, pull, t) => sum + (keep(middles[k][t]) ? pull : 0), 0)));
    const [up, down, left] = [total((m) => m > 0), total((m) => m <= 0), total(() => true)];
    return { points, middles, up, down, left };
  }

  // The axes of one weight, the same for all its settings: with and without gate can be compared.
  function prepare(weight) {
    svg.replaceChildren();
    const [points, seeds, count] = weight.shape;
    // All but the wildest tenth of training sets the scale: first steps may be huge.
    const usual = (rows) => {
      const sizes = rows.map((row) => Math.max(...row.flat().map(Math.abs), 1e-9));
      return sizes.sort((a, b) => a - b)[Math.floor(0.9 * (sizes.length - 1))];
    };
    const most = (names, more) => round(more * Math.max(...weight.settings.flatMap((setting) =>
      names.map((name) => usual(setting[name])))));
    const [bars, lines] = [most(["middles", "left"], 1.2), most(["up", "down"], 1)];
    const ticks = (most) => [-most, 0, most].map((value) => [
      value, fixed(value, most < 0.1 ? 3 : 2), value === 0 ? "one" : "grid"]);
    const stepTicks = Array.from({ length: count }, (_, t) => [t + 1, t + 1]);
    const bar = axes(svg, BARS,
      { from: 0.4, to: count + 2.6, ticks: [...stepTicks.filter((_, t) => t % 2 === 0), [count + 2, "sum"]],
        name: "pull of each time step" },
      { from: -bars, to: bars, ticks: ticks(bars), name: "up: make it larger" });
    const line = axes(svg, LINES,
      { from: every, to: points * every, name: "updates",
        ticks: [every, points * every].map((n) => [n, n]) },
      { from: -lines, to: lines, ticks: ticks(lines), name: "" });
    legend(svg, 486, 12, [["median", "up"], ["median other", "down"], ["median plain", "sum"]]);
    const wide = 0.72 * (bar.x(2) - bar.x(1));
    const places = [...Array.from({ length: count }, (_, t) => t + 1), count + 2];
    const rects = places.map(() => draw(bar.plot, "rect", { width: wide }));
    const dots = places.map(() => Array.from({ length: seeds }, () =>
      draw(bar.plot, "circle", { class: "each", r: 4 })));
    drawn = {
      weight, bar, wide, places, rects, dots, xs: Array.from({ length: points }, (_, k) => (k + 1) * every),
      up: spread(line, seeds), down: spread(line, seeds, "other"), left: spread(line, seeds, "plain"),
      mark: draw(line.plot, "line", { class: "mark", y1: LINES.top, y2: LINES.bottom }), line,
    };
  }

  function update() {
    const weight = weights[model.get("weight_index")];
    if (drawn?.weight !== weight) prepare(weight);
    const setting = weight.settings[model.get("setting_index")];
    const k = Math.min(model.get("point_index"), weight.shape[0] - 1);
    const { bar, wide, places, rects, dots, xs } = drawn;
    const sum = median(setting.left[k]);
    const values = [...setting.middles[k], sum];
    places.forEach((at, t) => {
      const [top, bottom] = [bar.y(Math.max(values[t], 0)), bar.y(Math.min(values[t], 0))];
      const kind = t === values.length - 1 ? "sum" : values[t] > 0 ? "up" : "down";
      change(rects[t], { x: bar.x(at) - wide / 2, y: top, height: bottom - top, class: kind });
      dots[t].forEach((dot, s) => change(dot, { cx: bar.x(at) + (s - (dots[t].length - 1) / 2) * 5,
        cy: bar.y(kind === "sum" ? setting.left[k][s] : setting.points[k][s][t]) }));
    });
    for (const name of ["up", "down", "left"]) {
      const series = setting[name];
      drawn[name](xs, series[0].map((_, s) => series.map((point) => point[s])));
    }
    change(drawn.mark, { x1: drawn.line.x(xs[k]), x2: drawn.line.x(xs[k]) });
    pressWeight(weights.indexOf(weight));
    pressSetting(weight.settings.indexOf(setting));
    showPoint(k, xs[k], `${xs[k]} updates`, xs.length);
    const [up, down] = [median(setting.up[k]), median(setting.down[k])].map((v) => fixed(v, 3));
    says.textContent = `${weight.name}, ${setting.name}, after ${xs[k]} updates: up ${up}, ` +
      `down ${down}, sum ${fixed(sum, 3)} (medians of ${weight.shape[1]} seeds).`;
    const each = setting.middles[k].map((pull) => fixed(pull, 3)).join(", ");
    svg.setAttribute("aria-label", `Pull of each time step: ${each}. ${says.textContent}`);
  }

  return alive(model, ["weight_index", "setting_index", "point_index"], update, place);
}

export default { render };
