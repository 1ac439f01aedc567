/* Keys: j and k move among rows, x selects, a approves after showing what, g and a letter goes to a page, ? shows them all.

   None of them does anything while someone types in a field or a dialog is open. A row is a line of a table or list, or a
   card that asks something; what it asks to approve is in data-ask. */
const ROWS = "main :is(.rows tbody tr[id], .list > li, article.card, .events > li, .story > li)";
const PLACES = { h: "/", i: "/inbox", q: "/queue", b: "/backlog", l: "/lab", o: "/operations", v: "/activity" };
const ui = document.querySelector(".brand").getAttribute("href").replace(/\/$/, "");
let gone = 0;

const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll(ROWS)].filter((row) => row.offsetParent && !row.parentElement.closest("article.card") && handle(row));
const handle = (row) => (row.matches("article") ? row : row.querySelector("a.title, a[href]"));
const current = () => document.activeElement.closest(ROWS);

const move = (by) => {
  const all = rows();
  const here = all.indexOf(current());
  const row = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, here + by))];
  if (!row) return;
  const to = handle(row);
  if (to === row) row.tabIndex = -1;
  to.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

const select = () => {
  const box = current()?.querySelector("input[type=checkbox]");
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
};

/* Shows what would be approved, with the button that does it focused: Enter approves, Esc leaves it. */
const approve = async () => {
  const here = current();
  const all = [...document.querySelectorAll("main [data-ask]")];
  const asks = here?.closest("[data-ask]") ?? (!here && all.length === 1 ? all[0] : null);
  if (!asks) {
    const first = !here && all[0];
    if (first) { const to = handle(first) ?? first; if (to === first) first.tabIndex = -1; to.focus(); }
    return;
  }
  const answer = await fetch(`${ui}/inbox/${asks.dataset.ask}?_part=asked`, { headers: { "HX-Request": "true" } });
  const asked = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("asked");
  if (!asked) return location.assign(`${ui}/inbox/${asks.dataset.ask}`);
  const dialog = document.createElement("dialog");
  dialog.className = "asking";
  dialog.setAttribute("aria-labelledby", asked.querySelector("h2").id = "asking-h");
  dialog.append(asked);
  for (const name of ["_next", "_from"]) dialog.querySelector(`[name=${name}]`).value = location.pathname + location.search;
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.showModal();
  dialog.querySelector("button.primary").focus();
};

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: select,
  a: approve,
  "?": () => document.getElementById("shortcuts")?.showModal(),
  "/": () => document.dispatchEvent(new Event("hydra:find")),
  g: () => { gone = Date.now(); },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (document.querySelector("dialog:modal")) return;
  const to = Date.now() - gone < 1500 && PLACES[event.key];
  gone = 0;
  const act = to ? () => location.assign(ui + to) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
