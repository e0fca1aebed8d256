// Maths, widgets and figures are laid out first, all slides visible to the browser and none to
// the audience (class "measuring"); then the slides start. `window.deckReady` settles at the end.
const HEIGHT = 720;
const SMALLEST_FIGURE = 260;
const PICTURES = "img, .coursekit-widget svg";

function leafSlides() {
  const slides = [...document.querySelectorAll(".slides section")];
  return slides.filter((slide) => !slide.querySelector("section"));
}

// Code is set larger where the slide has room for it and no line breaks.
function enlargeCode() {
  for (const slide of leafSlides()) {
    slide.classList.add("roomy");
    const blocks = [...slide.querySelectorAll("pre")].filter((pre) => !pre.closest("aside"));
    const broken = blocks.some((pre) => pre.scrollWidth > pre.clientWidth);
    if (broken || slide.getBoundingClientRect().height > HEIGHT) slide.classList.remove("roomy");
  }
}

// Where a slide is too tall, its pictures give way, down to a size that the back row can read.
function fitFigures() {
  for (const slide of leafSlides()) {
    const pictures = [...slide.querySelectorAll(PICTURES)].filter((it) => !it.closest("aside"));
    const excess = slide.getBoundingClientRect().height - HEIGHT;
    const together = pictures.reduce((sum, it) => sum + it.getBoundingClientRect().height, 0);
    if (excess <= 0 || together === 0) continue;
    for (const picture of pictures) {
      const height = picture.getBoundingClientRect().height;
      const fitted = Math.floor(height * (1 - excess / together));
      picture.style.maxHeight = `${Math.max(fitted, Math.min(height, SMALLEST_FIGURE))}px`;
    }
  }
}

async function startDeck() {
  await MathJax.startup.defaultPageReady();
  await startWidgets();
  if (document.readyState !== "complete") {
    await new Promise((loaded) => window.addEventListener("load", loaded));
  }
  enlargeCode();
  fitFigures();
  document.querySelector(".reveal").classList.remove("measuring");
  const printed = new Promise((done) => Reveal.on("pdf-ready", done));
  await Reveal.initialize({
    width: 1280,
    height: HEIGHT,
    margin: 0,
    center: false,
    hash: true,
    navigationMode: "linear", // one key walks through all, slides below others too
    slideNumber: "c/t",
    transition: "none",
    backgroundTransition: "none",
    pdfSeparateFragments: false,
    plugins: [RevealNotes],
  });
  if (Reveal.isPrintView()) await printed;
}

document.querySelector(".reveal").classList.add("measuring");
window.deckReady = new Promise((ready, failed) => {
  window.MathJax = {
    tex: {
      inlineMath: [["$", "$"], ["\\(", "\\)"]],
      processEscapes: true,
      packages: { "[-]": ["noundefined"] }, // an unknown command is an error that a check can see
    },
    // "local": the speaker window shows clones of slides, which need their glyphs with them.
    svg: { fontCache: "local" },
    options: { enableMenu: false, enableAssistiveMml: true },
    startup: { pageReady: () => startDeck().then(ready, failed) },
  };
});
