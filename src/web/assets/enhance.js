// What pages can do better with a script. Without it everything still works; so each part stands alone and may fail alone.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  label.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = button.dataset.done;
    button.classList.add("is-done");
    setTimeout(() => {
      label.textContent = before;
      button.classList.remove("is-done");
    }, 2500);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A filter acts as soon as it is chosen; its button stays for those who walk through the options by keyboard.
for (const select of document.querySelectorAll("select[data-submit]")) {
  let wasMouse = false;
  select.addEventListener("pointerdown", () => {
    wasMouse = true;
  });
  select.addEventListener("keydown", () => {
    wasMouse = false;
  });
  select.addEventListener("change", () => {
    if (wasMouse) select.form.requestSubmit();
  });
}

for (const area of document.querySelectorAll("textarea[data-count]")) {
  const counter = document.createElement("span");
  counter.className = "char-count";
  counter.setAttribute("aria-live", "polite");
  area.after(counter);
  const max = Number(area.dataset.count);
  const show = () => {
    const left = max - area.value.length;
    // Said only when it begins to matter.
    counter.textContent =
      left < max / 5
        ? area.dataset.countText.replace("{count}", left.toLocaleString(document.documentElement.lang))
        : "";
    counter.classList.toggle("char-count-over", left < 0);
  };
  area.addEventListener("input", show);
  show();
}

// A file that is too large is said before it travels, so that nothing else of the form is lost.
for (const input of document.querySelectorAll("input[type=file][data-bytes-max]")) {
  input.addEventListener("change", () => {
    const isTooLarge = [...input.files].some((file) => file.size > Number(input.dataset.bytesMax));
    let said = input.nextElementSibling;
    if (!isTooLarge) {
      if (said?.matches("[data-said]")) said.remove();
      return;
    }
    input.value = "";
    if (!said?.matches("[data-said]")) {
      said = document.createElement("p");
      said.className = "error";
      said.dataset.said = "";
      said.setAttribute("role", "alert");
      input.after(said);
    }
    said.textContent = input.dataset.tooLarge;
  });
}

// The error summary, or the one thing to do on a page, takes the focus.
document.querySelector("[data-focus]")?.focus();

// Menus close when the reader goes elsewhere.
const menus = [...document.querySelectorAll("details[data-menu]")];
addEventListener("click", ({ target }) => {
  for (const menu of menus) if (!menu.contains(target)) menu.open = false;
});
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A long text is kept in this tab until it has been sent; a shared computer remembers nothing of it.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const name = `draft:${form.dataset.draft}`;
  const areas = [...form.querySelectorAll("textarea, input[type=text]")].filter((field) => field.name);
  const kept = readDraft(name);
  for (const field of areas) if (field.value === "" && kept[field.name]) field.value = kept[field.name];
  form.addEventListener("input", () => {
    writeDraft(name, Object.fromEntries(areas.map((field) => [field.name, field.value])));
  });
  form.addEventListener("submit", () => writeDraft(name, null));
}

function readDraft(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "{}");
  } catch {
    return {};
  }
}

function writeDraft(name, values) {
  try {
    if (values === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify(values));
  } catch {
    // Storage is full or forbidden: the draft is simply not kept.
  }
}

// Nothing is sent twice by an impatient finger.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
