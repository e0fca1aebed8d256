// Widgets without a widget manager: the same module that JupyterLab runs gets this small model.
class SavedModel {
  constructor(state) {
    this.state = state;
    this.listeners = {};
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    const changes = typeof name === "string" ? { [name]: value } : name;
    for (const [key, now] of Object.entries(changes)) {
      if (this.state[key] === now) continue;
      this.state[key] = now;
      this.tell(`change:${key}`, now);
    }
    this.tell("change");
  }
  tell(event, value) {
    for (const heard of this.listeners[event] ?? []) heard(this, value);
  }
  on(events, heard) {
    for (const event of events.split(" ")) (this.listeners[event] ??= []).push(heard);
  }
  off(events, heard) {
    for (const event of events?.split(" ") ?? Object.keys(this.listeners)) {
      this.listeners[event] = heard ? (this.listeners[event] ?? []).filter((h) => h !== heard) : [];
    }
  }
  save_changes() {}
  send() {}
}

function bytesOf({ data }) {
  return new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
}

async function startWidget(place) {
  const { state, buffers } = JSON.parse(place.querySelector("script").textContent);
  for (const buffer of buffers) state[buffer.path[0]] = bytesOf(buffer);
  const style = document.createElement("style");
  style.textContent = state._css ?? "";
  const el = document.createElement("div");
  place.replaceChildren(style, el);
  const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
  const { default: widget } = await import(url);
  URL.revokeObjectURL(url);
  const { initialize, render } = typeof widget === "function" ? await widget() : widget;
  const model = new SavedModel(state);
  await initialize?.({ model });
  await render({ model, el });
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
  for (const place of document.querySelectorAll(".deck-widget")) {
    try {
      await startWidget(place);
    } catch (error) {
      place.textContent = place.getAttribute("aria-label");
      console.error("A widget did not start:", error);
    }
  }
}
