// Draws a Vega specification as SVG where there is no browser, and so no fonts. Runs before Vega.
// Texts are measured by the widths of Source Han Sans (Noto Sans CJK), in thousandths of their size:
// the layout is then the same on every machine, whatever fonts it has.
const ASCII = [
  224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392, 555, 555, 555, 555,
  555, 555, 555, 555, 555, 555, 278, 278, 555, 555, 555, 474, 946, 608, 657, 638, 688, 589, 552, 689,
  728, 293, 535, 646, 543, 812, 723, 742, 633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338,
  392, 338, 555, 559, 606, 563, 618, 510, 620, 554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606,
  620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338, 270, 338, 555,
];
const OTHERS = { "\u00a0": 224, "–": 536, "—": 894, "−": 555, "′": 278, "°": 370 };
const BOLD = 1.04; // how much wider its bold letters are; Chinese ones are not

const width = (character, bold) =>
  (ASCII[character.charCodeAt() - 32] ?? OTHERS[character]) * (bold ? BOLD : 1) || 1000;

class Pen {
  font = "";
  measureText(text) {
    const size = parseFloat(/([\d.]+)px/.exec(this.font)?.[1] ?? 11);
    const bold = /\b(bold|[6-9]00)\b/.test(this.font);
    let sum = 0;
    for (const character of text) sum += width(character, bold);
    return { width: (sum * size) / 1000 };
  }
}

// What Vega looks for in a browser, as soon as it is read, to measure with.
globalThis.document = { createElement: () => ({ getContext: () => new Pen() }) };
// There is no clock: later is when all that is under way has had its turn.
globalThis.setTimeout = async (work) => {
  for (let turn = 0; turn < 100; turn++) await null;
  work();
};

globalThis.drawn = async (spec, locale) => {
  const faults = [];
  const fault = (...words) => faults.push(words.join(" "));
  const outside = async (address) => fault(`data must be in the chart; not allowed: ${address}`);
  const standard = vega.loader(); // it checks the links of marks, which are no data
  const sanitize = (address, options) =>
    options.context === "href" ? standard.sanitize(address, options) : outside(address);
  const loader = { load: outside, sanitize, http: outside, file: outside };
  const quiet = () => logger;
  const logger = { level: quiet, error: fault, warn: quiet, info: quiet, debug: quiet };
  const view = new vega.View(vega.parse(spec), { renderer: "none", loader, logger, locale });
  const svg = await view.toSVG();
  view.finalize();
  if (faults.length) throw new Error(faults.join("; "));
  return svg;
};
