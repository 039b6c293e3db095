// Starts the page, or says in plain words why it cannot start.
const say = (what, todo) => {
  const boot = document.getElementById("boot");
  if (!boot) return;
  const line = (tag, words) => {
    const element = document.createElement(tag);
    element.textContent = words;
    return element;
  };
  const again = line("button", "Try again");
  again.className = "button";
  again.addEventListener("click", () => location.reload());
  boot.setAttribute("role", "alert");
  boot.replaceChildren(line("h1", what), line("p", todo), again);
};

if (typeof WebAssembly !== "object") {
  say("This browser cannot run the dashboard", "It has no WebAssembly, or it is switched off. Use a current Firefox, Chrome, Edge or Safari.");
} else if (typeof WebSocket !== "function") {
  say("This browser cannot talk to Coda", "It has no WebSocket, or it is switched off. Use a current Firefox, Chrome, Edge or Safari.");
} else {
  // The folder that holds this file is the router's base (src/ui/app.rs).
  document.documentElement.dataset.base = new URL(".", import.meta.url).pathname;
  const { program, wasm } = document.querySelector("script[data-program]").dataset;
  import(program)
    .then((page) => page.default({ module_or_path: wasm }))
    .catch((error) => {
      console.error(error);
      say(
        "The dashboard could not be started",
        error instanceof WebAssembly.CompileError || error instanceof SyntaxError
          ? `This browser is too old for it: ${error.message}`
          : `Its program could not be loaded (${error.message}). Check that the server of this page is running.`,
      );
    });
}
