// The widgets of the deck: each runs its own module over its saved state, by savedModel (shim.js).
async function startWidget(place) {
  const state = JSON.parse(place.querySelector("script").textContent);
  const style = document.createElement("style");
  style.textContent = state._css;
  const el = document.createElement("div");
  const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  place.append(style, el);
  await widget.render({ model: savedModel(state), el });
  place.addEventListener("keydown", turnFromInside, true);
  place.addEventListener("keydown", keepInside);
}

// A presenter's remote sends PageUp and PageDown: they turn slides even from inside a widget.
function turnFromInside(event) {
  const turn = { PageDown: () => Reveal.next(), PageUp: () => Reveal.prev() }[event.key];
  if (!turn) return;
  event.preventDefault();
  event.stopPropagation();
  document.activeElement.blur();
  turn();
}

// Every other key that moves something in the widget moves no slide.
function keepInside(event) {
  if (event.key.startsWith("Arrow") || ["Home", "End", " "].includes(event.key)) {
    event.stopPropagation();
  }
}

async function startWidgets() {
  for (const place of document.querySelectorAll(".coursekit-widget")) {
    try {
      await startWidget(place);
    } catch (error) {
      place.textContent = place.getAttribute("aria-label");
      console.error("A widget did not start:", error);
    }
  }
}
