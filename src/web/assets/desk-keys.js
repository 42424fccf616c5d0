// Keys in the lists of the desk: j and k go down and up, Enter opens. Without it the lists are read with Tab, as any list.

const rows = [...document.querySelectorAll("[data-key-row]")];
const links = rows.map((row) => row.querySelector("th a, a")).filter(Boolean);
const isTyping = ({ target, ctrlKey, metaKey, altKey }) =>
  ctrlKey || metaKey || altKey || target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

if (links.length > 0) {
  // Said where there are likely to be keys: a finger has none.
  const hasKeys = matchMedia("(any-pointer: fine)").matches;
  for (const help of document.querySelectorAll("[data-key-help]")) help.hidden = !hasKeys;
  addEventListener("keydown", (event) => {
    if ((event.key !== "j" && event.key !== "k") || isTyping(event)) return;
    const row = document.activeElement.closest("[data-key-row]");
    const at = row === null ? -1 : rows.indexOf(row);
    const next = event.key === "j" ? at + 1 : at === -1 ? links.length - 1 : at - 1;
    const link = links[Math.min(Math.max(next, 0), links.length - 1)];
    event.preventDefault();
    // The link has the focus, so Enter opens it as it does everywhere.
    link.focus();
    link.scrollIntoView({ block: "nearest" });
  });
}
