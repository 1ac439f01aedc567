/* Copying what stands in a field or a block: without script the text selects as a whole. */
for (const button of document.querySelectorAll("[data-copy]")) {
  const from = document.getElementById(button.dataset.copy);
  const choose = () => (from.select ? from.select() : getSelection().selectAllChildren(from));
  const words = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const before = words.data;
  button.hidden = false;
  button.addEventListener("click", async () => {
    choose();
    try {
      await navigator.clipboard.writeText(from.value ?? from.textContent);
    } catch {
      document.execCommand("copy"); // without HTTPS a page has no other way
    }
    words.data = "Copied";
    setTimeout(() => { words.data = before; }, 2000);
  });
  if (from.select) from.addEventListener("focus", choose);
}
