// Puts the interactive chart in the place of each static one. Bundled with the Vega libraries, as
// their `vegaEmbed`. The static drawing goes only when the live one is really there; otherwise it
// stays, and the console says why.
const options = {
  ...JSON.parse(document.getElementById("_vega").textContent),
  mode: "vega-lite",
  renderer: "svg",
  actions: false,
  ast: true, // expressions are interpreted, so that the page's policy can forbid eval
  defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
};

// Vega reports a failure while drawing to its log only, so ink is what counts.
const ink = (box) => box.querySelectorAll("svg :is(line, text, image, path[d]:not([d='']))").length;

async function draw(figure) {
  const still = figure.querySelector(".static");
  const live = document.createElement("div");
  live.className = "live drawing";
  still.after(live);
  try {
    await vegaEmbed(live, JSON.parse(figure.querySelector("script").textContent), options);
    if (ink(live) < ink(still) / 2) throw new Error("the interactive chart came out empty");
    still.hidden = true;
    live.classList.remove("drawing");
    figure.dataset.drawn = "live";
  } catch (error) {
    live.remove();
    figure.dataset.drawn = "static";
    console.error(`${figure.id}: the static chart stays`, error);
  }
}

for (const figure of document.querySelectorAll("figure.chart")) await draw(figure);
