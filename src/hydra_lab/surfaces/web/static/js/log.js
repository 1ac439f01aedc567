/* The log of running work: lines are added as they are said, from the item's own stream. */
let source = null;
let address = "";

const line = (said) => {
  const lines = document.getElementById("log-lines");
  if (!lines || document.getElementById(`l${said.id}`)) return;
  lines.querySelector(".muted")?.remove();
  const span = document.createElement("span");
  span.id = `l${said.id}`;
  if (said.level !== "info") span.className = said.level;
  const time = document.createElement("time");
  time.dateTime = said.at;
  time.textContent = new Date(said.at).toLocaleTimeString("en-GB", { timeZone: document.documentElement.dataset.zone });
  span.append(time, ` ${said.text}\n`);
  lines.append(span);
};

const follow = () => {
  const wanted = document.querySelector("[data-follow]")?.dataset.follow ?? "";
  // The place to go on from is the last line shown; the stream's own path tells whether it is the same work.
  if (wanted.split("?")[0] === address) return;
  source?.close();
  source = null;
  address = wanted.split("?")[0];
  if (!address) return;
  source = new EventSource(wanted);
  source.addEventListener("log", (event) => line(JSON.parse(event.data)));
  source.addEventListener("item", (event) => {
    if (["done", "failed", "cancelled"].includes(JSON.parse(event.data).state)) source.close();
  });
};

follow();
document.addEventListener("htmx:after:swap", follow);
