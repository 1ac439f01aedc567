/* Ages: every time[data-age] grows by itself, in the words the server uses; a page that lost touch only gets older. */
const UNITS = [[86400, "d"], [3600, "h"], [60, "min"]];

const ago = (seconds) => {
  for (const [size, unit] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${Math.max(0, Math.floor(seconds))} s`;
};

const tick = () => {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-age]")) {
    const seconds = (now - Date.parse(time.dateTime)) / 1000;
    const text = (time.dataset.pre ?? "") + ago(seconds) + (time.dataset.post ?? "");
    if (time.firstChild?.data !== text) time.textContent = text;
    if (time.dataset.beat && seconds > 2 * time.dataset.beat) time.setAttribute("data-stale", "");
  }
};

setInterval(tick, 1000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
