// The vanishing-gradient explorer. All numbers come with the model; here they are only drawn.
const BOX = { left: 100, right: 944, top: 48, bottom: 372 };
const FLOOR = -20; // decades: lower curves leave the picture, the text still says their value

function render({ model, el }) {
  const [radii, lags, seeds] = ["radii", "lags", "seeds"].map((name) => model.get(name));
  const decades = (name) => unpacked(model.get(name)).map((whole) => whole / model.get("per_decade"));
  const norms = decades("norms");
  const bounds = nested(decades("bounds"), [radii.length, lags.length]);
  const ceiling = Math.max(2, Math.ceil(norms.reduce((a, b) => Math.max(a, b)) / 2) * 2);
  const floor = Math.max(FLOOR, Math.floor(norms.reduce((a, b) => Math.min(a, b)) / 5) * 5);
  const rows = nested(norms, [radii.length, seeds, lags.length]);
  const [first, last] = [lags[0], lags[lags.length - 1]];

  const place = root(el, "vanishing");
  const svg = picture(place, 960, 440);
  const told = [first, ...[0.25, 0.5, 0.75, 1].map((part) => Math.round(part * last))];
  const axis = axes(svg, BOX,
    { from: first, to: last, name: "lag n (steps)",
      ticks: told.filter((lag) => lag >= first).map((lag) => [lag, lag]) },
    { from: floor, to: ceiling, name: "‖∂h(T) / ∂h(T−n)‖", ticks: decadeTicks(floor, ceiling) });
  legend(svg, 284, 16, [["median", `median of ${seeds} seeds`], ["seed", "each seed"],
    ["bound", "bound ‖U‖ⁿ"]]);
  const bound = draw(axis.plot, "path", { class: "bound" });
  const curves = spread(axis, seeds);
  const mark = marker(axis);
  const showRadius = slider(place, "Spectral radius of U", radii.length, model, "radius_index");
  const showLag = slider(place, "Lag n (steps)", lags.length, model, "lag_index");
  const says = result(place);

  function update() {
    const [r, n] = [model.get("radius_index"), model.get("lag_index")];
    const middles = curves(lags, rows[r]);
    bound.setAttribute("d", axis.line(lags, bounds[r]));
    mark(lags[n], middles[n]);
    showRadius(r, radii[r].toFixed(2));
    showLag(n, lags[n], `${lags[n]} steps`);
    const here = rows[r].map((row) => row[n]);
    const left = middles[n] > 0 ? `the error is up to ${size(middles[n])} times as large`
      : `at most ${size(middles[n])} of the error is left`;
    says.textContent = `After ${steps(lags[n])}, ${left} (seeds: ${size(Math.min(...here))} to ` +
      `${size(Math.max(...here))}).`;
    svg.setAttribute("aria-label", `Norm of the Jacobian against the lag. ${says.textContent}`);
  }

  return alive(model, ["radius_index", "lag_index"], update, place);
}

export default { render };
