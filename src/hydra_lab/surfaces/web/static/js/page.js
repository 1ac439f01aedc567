/* Small comforts on top of plain forms: theme without a reload, toasts that leave, select all, logs and the menu. */
const root = document.documentElement;

const setTheme = async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const body = new FormData(form);
  const theme = event.submitter.value;
  body.set("theme", theme);
  if (theme === "auto") root.removeAttribute("data-theme");
  else root.dataset.theme = theme;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
  await fetch(form.action, { method: "POST", body: new URLSearchParams(body), redirect: "manual" });
};

const follow = (log) => {
  const end = () => { log.scrollTop = log.scrollHeight; };
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 24;
  let following = true;
  log.addEventListener("scroll", () => { following = atEnd(); });
  new MutationObserver(() => { if (following && getSelection().isCollapsed) end(); }).observe(log, { childList: true, subtree: true, characterData: true });
  end();
};

document.querySelectorAll("[data-theme-form]").forEach((form) => form.addEventListener("submit", setTheme));
document.querySelectorAll(".log").forEach(follow);

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest(".toast").remove();
});

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-select-all]");
  if (!all) return;
  for (const box of document.querySelectorAll(`input[name="${all.dataset.selectAll}"]`)) box.checked = all.checked;
});

/* The menu may be longer than the window: where one is must not be below its end. */
const nav = document.getElementById("nav");
const here = nav?.querySelector("[aria-current]")?.getBoundingClientRect();
const hidden = here ? here.bottom - nav.querySelector(".side-foot").getBoundingClientRect().top : 0;
if (hidden > 0) nav.scrollTop += hidden + 16;

for (const toast of document.querySelectorAll(".toast")) setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), 8000);

// The answer to a form stands at the form's address: to reload it, or a part of it, means the page that the form was on.
if (location.pathname.includes("/ui/do/")) history.replaceState(null, "", root.dataset.here);
