// The adding problem by lag: recorded runs of two nets, at every lag and through training.
const LEFT = { left: 70, right: 452, top: 80, bottom: 300, start: 0 };
const RIGHT = { left: 560, right: 944, top: 80, bottom: 300, start: 490 };
const NETS = [["lstm", "LSTM", ""], ["srn", "SRN", "other"]];

function render({ model, el }) {
  const [lags, chunk, shape] = ["lags", "chunk", "shape"].map((name) => model.get(name));
  const [, seeds, chunks] = shape;
  const shares = (name) =>
    nested(unpacked(model.get(name)).map((whole) => whole / model.get("per_one")), shape);
  const thousands = Array.from({ length: chunks }, (_, k) => ((k + 1) * chunk) / 1000);
  const last = thousands[chunks - 1];

  const place = root(el, "adding");
  const svg = picture(place, 960, 366);
  const up = { from: 0, to: 1.04, ticks: [0, 0.5, 1].map((share) => [share, share]) };
  const wide = lags.filter((lag, k) => k === 0 || Math.log2(lag) % 2 === 1);
  const byLag = axes(svg, LEFT,
    { from: lags[0], to: lags[lags.length - 1], log: true, name: "lag (steps)",
      ticks: wide.map((lag) => [lag, lag]) },
    { ...up, name: "share right, every lag" });
  const through = axes(svg, RIGHT,
    { from: 0, to: last, name: "thousand sequences", ticks: [0, last / 2, last].map((n) => [n, n]) },
    { ...up, name: "share right, at this lag" });
  const nothing = model.get("baseline");
  for (const { plot, y, box } of [byLag, through]) {
    draw(plot, "path", { class: "bound", d: `M${box.left} ${y(nothing)}H${box.right}` });
  }
  legend(svg, 250, 12, [["median", "LSTM"], ["median other", "SRN"], ["seed plain", "each seed"],
    ["bound", "always 0.5"]]);
  const nets = NETS.map(([name, title, kind]) => ({
    title,
    shares: shares(name),
    spectrum: draw(byLag.plot, "path", { class: `median ${kind}` }),
    dots: lags.flatMap(() => Array.from({ length: seeds }, () =>
      draw(byLag.plot, "circle", { class: `each ${kind}`, r: 4.5 }))),
    curves: spread(through, seeds, kind),
  }));
  const marks = [byLag, through].map(({ plot, box }) =>
    draw(plot, "line", { class: "mark", y1: box.top, y2: box.bottom }));
  const showLag = slider(place, "Lag (steps)", lags.length, model, "lag_index");
  const showChunk = slider(place, "Sequences", chunks, model, "chunk_index");
  const says = result(place);

  function update() {
    const [n, k] = [model.get("lag_index"), model.get("chunk_index")];
    const told = nets.map(({ title, shares, spectrum, dots, curves }) => {
      const here = shares.map((trials) => trials.map((trial) => trial[k]));
      spectrum.setAttribute("d", byLag.line(lags, here.map(median)));
      here.flat().forEach((share, d) => change(dots[d], {
        cx: byLag.x(lags[Math.floor(d / seeds)]), cy: byLag.y(share) }));
      curves(thousands, shares[n]);
      const good = here[n].filter((share) => share > 0.9).length;
      return `${title}: median ${fixed(median(here[n]))}, above 0.9 in ${good} of ${seeds} seeds`;
    });
    marks.forEach((mark, side) => {
      const at = side ? through.x(thousands[k]) : byLag.x(lags[n]);
      change(mark, { x1: at, x2: at });
    });
    showLag(n, lags[n], steps(lags[n]));
    showChunk(k, `${thousands[k]} k`, `${thousands[k]} thousand`);
    says.textContent = `Lag ${steps(lags[n])}, ${thousands[k]} thousand sequences. ${told.join("; ")}.`;
    svg.setAttribute("aria-label", `Share of right answers by lag. ${says.textContent}`);
  }

  return alive(model, ["lag_index", "chunk_index"], update, place);
}

export default { render };
