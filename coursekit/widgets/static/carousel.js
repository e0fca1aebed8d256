// The carousel beside a plain unit: the error that arrives. All numbers come with the model.
const BOX = { left: 80, right: 944, top: 48, bottom: 300 };
const [FLOOR, CEILING] = [-15, 10]; // decades: lines leave the picture, the text says their value

function render({ model, el }) {
  const [weights, slopes, lags, seeds] =
    ["weights", "slopes", "lags", "seeds"].map((name) => model.get(name));
  const whole = (name) => unpacked(model.get(name));
  const decades = (name) => whole(name).map((number) => number / model.get("per_decade"));
  const plain = nested(decades("plain"), [weights.length, slopes.length, seeds, lags.length]);
  const circling = decades("carousel");
  const [least, most] = [-32768, 32767].map((number) => number / model.get("per_decade"));

  const place = root(el, "carousel");
  const svg = picture(place, 960, 366);
  const axis = axes(svg, BOX,
    { from: lags[0], to: lags[lags.length - 1], log: true, name: "lag n (steps)",
      ticks: lags.filter((lag) => Math.log10(lag) % 1 === 0).map((lag) => [lag, lag]) },
    { from: FLOOR, to: CEILING, name: "error that arrives", ticks: decadeTicks(FLOOR, CEILING) });
  legend(svg, 250, 16, [["circling", "carousel"], ["median", "plain unit, median"],
    ["seed", "each of its seeds"]]);
  draw(axis.plot, "path", { class: "circling", d: axis.line(lags, circling) });
  const curves = spread(axis, seeds);
  const mark = marker(axis);
  const showWeight = slider(place, "Weight w to itself", weights.length, model, "weight_index");
  const showSlope = slider(place, "Derivative f′(net)", slopes.length, model, "slope_index");
  const showLag = slider(place, "Lag n (steps)", lags.length, model, "lag_index");
  const says = result(place);

  function told(value) {
    if (value <= least) return `less than ${power(Math.ceil(least))}`;
    if (value >= most) return `more than ${power(Math.floor(most))}`;
    return size(value);
  }

  function update() {
    const [w, s, n] = ["weight", "slope", "lag"].map((name) => model.get(`${name}_index`));
    const rows = plain[w][s];
    const middles = curves(lags, rows);
    mark(lags[n], middles[n]);
    const slope = slopes[s] === 1 ? "1" : slopes[s].toFixed(2);
    showWeight(w, weights[w]);
    showSlope(s, slope, slopes[s] === 1 ? "1, a linear unit" : slope);
    showLag(n, lags[n], steps(lags[n]));
    const here = rows.map((row) => row[n]);
    const [low, high] = [Math.min(...here), Math.max(...here)].map(told);
    const several = low === high ? "" : ` (seeds: ${low} to ${high})`;
    const each = slopes[s] === 1 ? "=" : "≈"; // net moves a little, and f′ of tanh with it
    says.textContent = `f′ w ${each} ${fixed(slopes[s] * weights[w], 3)} at each step. Of an error of 1, ` +
      `after ${steps(lags[n])}: plain unit ${told(middles[n])}${several}; ` +
      `carousel ${told(circling[n])}.`;
    svg.setAttribute("aria-label", `Error that arrives, by lag. ${says.textContent}`);
  }

  return alive(model, ["weight_index", "slope_index", "lag_index"], update, place);
}

export default { render };
