/* Live pages: an event says what changed; the parts of this page that care are fetched again and morphed in place.

   A part is an element with an id (its block in the template has the same name) and data-live (topics: first words of
   event names) or data-poll (every two seconds). All parts that changed come in one answer, at most once a second. A part that someone is typing in, has
   opened or has ticked something in is left alone and comes with the next change. */
const dirty = new Set();
let timer = 0;
let last = 0;
let busy = false;
let connected = false; // ever
let open = false; // now, as far as the stream knows

const clock = () => new Date().toLocaleTimeString([], { hour12: false });

const say = () => {
  const ok = open && navigator.onLine;
  for (const live of document.querySelectorAll("[data-connection]")) {
    live.textContent = ok ? "Live" : `Reconnecting, as of ${clock()}`;
    if (ok) live.removeAttribute("data-s");
    else live.dataset.s = "warn";
  }
};

const changed = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);

const inUse = (part) => {
  const focused = document.activeElement;
  if (focused && part.contains(focused) && focused.matches("input, textarea, select")) return true;
  if ([...part.querySelectorAll("details")].some((one) => one.open !== one.hasAttribute("data-open"))) return true;
  if ([...part.querySelectorAll("input, textarea")].some(changed)) return true;
  const selection = getSelection();
  return !selection.isCollapsed && part.contains(selection.anchorNode);
};

const flush = async () => {
  timer = 0;
  if (document.hidden || busy) return;
  const parts = [...dirty].map((id) => document.getElementById(id)).filter((part) => part && !inUse(part));
  if (!parts.length) return;
  parts.forEach((part) => dirty.delete(part.id));
  const url = new URL(location.href);
  url.hash = "";
  url.searchParams.set("_part", parts.map((part) => part.id).join(","));
  busy = true;
  try {
    await htmx.ajax("GET", url.pathname + url.search, { source: document.body, target: document.body, swap: "none" });
  } finally {
    busy = false;
    last = Date.now();
    if (dirty.size) soon();
  }
};

const soon = () => {
  if (!timer) timer = setTimeout(flush, Math.max(150, 1000 - (Date.now() - last)));
};

const mark = (wanted) => {
  for (const part of document.querySelectorAll("[data-live], [data-poll]")) if (wanted(part)) dirty.add(part.id);
  if (dirty.size) soon();
};

const everything = () => mark(() => true);

const cares = (part, topic, item) => {
  const topics = (part.dataset.live ?? "").split(" ");
  return (topics.includes("*") || topics.includes(topic)) && (!part.dataset.item || part.dataset.item === item);
};

document.addEventListener("htmx:sse:before:message", (event) => {
  event.preventDefault();
  const { event: name, data } = event.detail.message;
  if (!name) return;
  let item = null;
  try { item = JSON.parse(data).item; } catch { /* a message without data concerns everybody */ }
  mark((part) => cares(part, name.split(".")[0], item));
});

document.addEventListener("htmx:sse:after:connection", () => {
  open = true;
  say();
  if (connected) everything();
  connected = true;
});
document.addEventListener("htmx:sse:error", () => {
  open = false;
  say();
});
document.addEventListener("htmx:before:response", (event) => {
  // A session that ended: the page itself says so instead of a part of it.
  if (event.detail.ctx.response?.status === 401) location.reload();
});
window.addEventListener("offline", say);
window.addEventListener("online", () => {
  say();
  everything();
});
window.addEventListener("pageshow", (event) => event.persisted && everything());
document.addEventListener("visibilitychange", () => document.hidden || (dirty.size && soon()));
// At midnight in the lab “today” becomes another day, and no event says so.
const today = () => new Date().toLocaleDateString("en-CA", { timeZone: document.documentElement.dataset.zone });
let day = today();
const newDay = () => {
  if (today() === day) return;
  day = today();
  everything();
};
setInterval(newDay, 30_000);
document.addEventListener("visibilitychange", newDay);
setInterval(() => document.hidden || mark((part) => "poll" in part.dataset), 2000);
