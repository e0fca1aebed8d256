// What an anywidget module asks of its model, over a plain object: no kernel, no widget manager.
function savedModel(state) {
  const heard = {};
  return {
    get: (name) => state[name],
    set: (name, value) => {
      state[name] = value;
      for (const tell of heard[`change:${name}`] ?? []) tell();
    },
    on: (event, tell) => (heard[event] ??= []).push(tell),
    off: (event, tell) => (heard[event] = (heard[event] ?? []).filter((t) => t !== tell)),
    save_changes: () => {},
  };
}
