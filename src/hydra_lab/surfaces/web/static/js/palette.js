/* Find anything: Ctrl-K or Cmd-K opens a list of pages, work and operations that follows what is typed.

   The list is the same part of the same page that /find shows without script. The field is a combobox: focus stays in it,
   the arrows move through the list, Enter opens. */
const dialog = document.getElementById("palette");
const form = document.querySelector("[data-find]");
const input = form.elements.q;
let at = 0;
let asked = 0;
let timer = 0;

const options = () => [...document.querySelectorAll("#found [role=option]")];

const point = (to) => {
  const all = options();
  at = all.length ? (to + all.length) % all.length : 0;
  all.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
  input.setAttribute("aria-expanded", String(all.length > 0));
  if (!all.length) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", all[at].id);
  all[at].scrollIntoView({ block: "nearest" });
};

const find = async () => {
  const mine = ++asked;
  clearTimeout(timer);
  timer = 0;
  const url = new URL(form.action);
  url.searchParams.set("q", input.value);
  if (!dialog) history.replaceState(null, "", url);
  url.searchParams.set("_part", "found");
  let answer;
  try { answer = await fetch(url, { headers: { "HX-Request": "true" } }); } catch { return; }
  if (answer.status === 401) return location.reload();
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("found");
  if (!found || mine !== asked) return;
  found.querySelectorAll("[role=option]").forEach((one) => { one.tabIndex = -1; });
  document.getElementById("found").replaceWith(found);
  point(0);
};

const open = () => {
  if (!dialog) return input.focus();
  if (dialog.open) return dialog.close();
  document.getElementById("nav").hidePopover?.();
  input.value = "";
  dialog.showModal();
  find();
};

const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };

input.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && dialog) { // a search field would only be emptied by it
    event.preventDefault();
    dialog.close();
  }
  if (event.key in steps) {
    event.preventDefault();
    point(Math.abs(steps[event.key]) > 1 ? Math.max(0, Math.min(options().length - 1, at + steps[event.key])) : at + steps[event.key]);
  }
});
input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, 80); });
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (timer) await find();
  options()[at]?.click();
});
Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "found" })
  .forEach(([name, value]) => input.setAttribute(name, value));
dialog?.addEventListener("click", (event) => event.target === dialog && dialog.close());
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette]") && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(); }
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    open();
  }
});
document.addEventListener("hydra:find", open);
if (!dialog) point(0);
if (/Mac|iP/.test(navigator.platform)) document.querySelectorAll(".opener kbd").forEach((key) => { key.textContent = "⌘ K"; });
