/* Charts: each figure[data-chart] holds a table; where script runs, the same numbers are also drawn above it. */
const token = (name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
};

const read = (table) => {
  const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows];
  const times = rows.map((row) => Date.parse(row.querySelector("time").dateTime) / 1000);
  // A cell that is not a number is a gap: absent data is never drawn as zero.
  const value = (cell) => (Number.isFinite(parseFloat(cell.textContent)) ? parseFloat(cell.textContent) : null);
  return { names, data: [times, ...names.map((_, i) => rows.map((row) => value(row.cells[i + 1])))] };
};

const draw = (figure) => {
  const plot = figure.querySelector(".chart-plot");
  const { names, data } = read(figure.querySelector("table"));
  const colours = ["--accent", "--warn", "--ok"].map(token);
  const dashes = [[], [6, 4], [2, 3]];
  const [muted, line] = [token("--muted"), token("--line")];
  const font = `11px ${getComputedStyle(figure).fontFamily}`;
  const axis = { stroke: muted, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  plot.replaceChildren();
  const last = data[0].length - 1;
  const rest = (chart) => chart.cursor.idx == null && chart.setLegend({ idx: last });
  return new uPlot({
    width: plot.clientWidth, height: plot.clientHeight,
    cursor: { y: false, points: { size: 6 } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), figure.dataset.zone),
    legend: { mount: (_, legend) => figure.querySelector(".chart-legend").replaceChildren(legend) },
    hooks: { ready: [rest], setCursor: [rest] },
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
    axes: [{ ...axis, values: figure.dataset.ticks || "{HH}:{mm}", space: 60 }, { ...axis, size: 44, space: 34 }],
    series: [{ value: figure.dataset.clock || "{HH}:{mm}" }, ...names.map((label, i) => ({
      label, stroke: colours[i], width: 1.75, dash: dashes[i], points: { show: data[i + 1].filter((v) => v !== null).length < 4, size: 5 },
      value: (_, v) => (v === null ? "no data" : `${v} ${figure.dataset.unit}`.trim()),
    }))],
  }, data, plot);
};

const start = (figure) => {
  figure.querySelector(".chart-plot").parentElement.classList.add("drawn");
  let chart = draw(figure);
  const again = () => { chart.destroy(); chart = draw(figure); };
  new ResizeObserver(([entry]) => chart.setSize({ width: entry.contentRect.width, height: entry.contentRect.height }))
    .observe(figure.querySelector(".chart-plot"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
};

document.querySelectorAll("figure[data-chart]").forEach(start);
