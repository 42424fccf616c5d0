// A draft that saves itself while it is written, and what others have proposed already, shown as its title is typed.
// Without it the same is a button away.

const savedAfterMs = 3_000;
const askedAfterMs = 700;
const keptForMs = 7 * 86_400_000;
const titleCharsMin = 4;

for (const box of document.querySelectorAll("[data-similar]")) watchTitle(box, box.closest("form"));
for (const form of document.querySelectorAll("form[data-autosave]")) watchForm(form);

function watchTitle(box, form) {
  const title = form.elements.title;
  let timer;
  let asking;
  let shown = title.value.trim();
  const ask = async () => {
    const typed = title.value.trim();
    if (typed === shown) return;
    shown = typed;
    asking?.abort();
    asking = new AbortController();
    const body = new FormData();
    body.set("csrf", form.elements.csrf.value);
    body.set("title", typed.length < titleCharsMin ? "" : title.value);
    body.set("process", box.dataset.process);
    body.set("except", box.dataset.except);
    try {
      const init = { method: "POST", body, redirect: "manual", signal: asking.signal };
      const response = await fetch(box.dataset.similar, init);
      // Where it cannot be asked now, the button still asks.
      if (!response.ok) return;
      const markup = await response.text();
      if (box.innerHTML.trim() !== markup.trim()) box.innerHTML = markup;
    } catch {
      shown = null;
    }
  };
  title.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, askedAfterMs);
  });
}

function watchForm(form) {
  const said = form.querySelector("[data-autosave-status]");
  const words = form.dataset;
  let saved = read();
  let timer;
  let saving = null;
  let isStuck = false;
  restore();

  form.addEventListener("input", ({ target }) => {
    if (target.type === "file") return;
    keep();
    if (isStuck) return;
    clearTimeout(timer);
    timer = setTimeout(save, savedAfterMs);
  });
  addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void save();
  });
  addEventListener("pagehide", () => void save());
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (saving === null) return note({ isSent: true });
    // The answer brings the version that is sent along.
    event.preventDefault();
    delete form.dataset.sent;
    const { submitter } = event;
    void saving.finally(() => {
      delete form.dataset.sent;
      form.requestSubmit(submitter);
    });
  });

  function save() {
    if (saving !== null || isStuck || read() === saved) return saving;
    saving = send().finally(() => {
      saving = null;
    });
    return saving;
  }

  async function send(isAgain = false) {
    const typed = read();
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    tell(words.saving);
    let response;
    try {
      const init = { method: "POST", body, redirect: "manual", keepalive: typed.length < 50_000 };
      response = await fetch(form.action, { ...init, headers: { accept: "application/json" } });
    } catch {
      return fail(words.unsaved);
    }
    if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
      // Signed in again elsewhere in this browser, the form only needs a new token.
      if (!isAgain && (await renewToken())) return await send(true);
      return fail(words.signedOut, words.signIn);
    }
    if (!response.headers.get("content-type")?.startsWith("application/json")) return fail(words.unsaved);
    const answer = await response.json();
    form.elements.csrf.value = answer.csrf;
    if (response.ok) return done(typed, answer);
    isStuck = answer.isChanged;
    fail(answer.isChanged ? words.changed : answer.why);
  }

  async function renewToken() {
    try {
      const response = await fetch(location.href, { redirect: "manual" });
      if (!response.ok) return false;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const token = page.querySelector("main form[method=post] [name=csrf]")?.value;
      if (token) form.elements.csrf.value = token;
      return Boolean(token);
    } catch {
      return false;
    }
  }

  function done(typed, { url, id, version, said: words }) {
    saved = typed;
    forget();
    if (new URL(form.action).pathname !== url) {
      form.action = url;
      form.dataset.autosave = `${form.dataset.autosave.split(" ")[0]} ${id}`;
      history.replaceState(null, "", url);
      for (const box of form.querySelectorAll("[data-similar]")) box.dataset.except = id;
    }
    form.elements.version.value = version;
    tell(words);
    if (read() !== saved) timer = setTimeout(save, savedAfterMs);
  }

  /** What could not be sent stays in this browser until it is. */
  function fail(text, linkText) {
    note({});
    tell(text);
    if (!linkText) return;
    const link = document.createElement("a");
    link.href = `/sign-in?back=${encodeURIComponent(location.pathname)}`;
    link.target = "_blank";
    link.textContent = linkText;
    said.append(" ", link);
  }

  function tell(text) {
    if (said.textContent !== text) said.textContent = text;
  }

  function fields() {
    const skipped = new Set(["csrf", "version", "stage", "do"]);
    return [...form.elements].filter(
      ({ name, type }) => name && !skipped.has(name) && type !== "file" && type !== "hidden" && type !== "submit",
    );
  }

  function read() {
    return JSON.stringify(
      fields().map((field) => [field.name, isBox(field) ? (field.checked ? field.value : null) : field.value]),
    );
  }

  function isBox({ type }) {
    return type === "checkbox" || type === "radio";
  }

  function name() {
    return `unsent ${form.dataset.autosave}`;
  }

  function keep() {
    if (localKept() !== null || isStuck) note({});
  }

  function note(more) {
    const kept = { typed: read(), version: form.elements.version.value, at: Date.now(), ...more };
    try {
      if (more.isSent && localKept() === null) return;
      localStorage.setItem(name(), JSON.stringify(kept));
    } catch {
      // Storage is full or forbidden: what is typed is only in the page.
    }
  }

  function forget() {
    try {
      localStorage.removeItem(name());
    } catch {
      // As above.
    }
  }

  function localKept() {
    try {
      return JSON.parse(localStorage.getItem(name()));
    } catch {
      return null;
    }
  }

  /** What was typed here and never arrived comes back; a text that has been saved since is not overwritten unasked. */
  function restore() {
    const kept = localKept();
    if (kept === null) return;
    const isOver = Date.now() - kept.at > keptForMs || kept.typed === saved;
    const wasSent = kept.isSent && (kept.version === "" || Number(form.elements.version.value) > Number(kept.version));
    if (isOver || wasSent || document.querySelector("[data-focus]")) return forget();
    const values = new Map(JSON.parse(kept.typed));
    for (const field of fields()) {
      if (isBox(field) || !values.has(field.name)) continue;
      field.value = values.get(field.name);
    }
    // With the version it was written on: if another has been saved since, the server says so, and both stay.
    if (kept.version !== "") form.elements.version.value = kept.version;
    tell(words.restored);
    timer = setTimeout(save, savedAfterMs);
  }
}
