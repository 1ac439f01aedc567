/* Copying what is shown once: the button appears only where script runs; without it the text selects as a whole. */
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    button.lastChild.textContent = "Copied";
  });
  field.addEventListener("focus", () => field.select());
}
