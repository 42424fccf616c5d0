// Passkeys: asks this node for a challenge and the authenticator for an answer, and posts that as an ordinary form.

for (const form of document.querySelectorAll("form[data-passkey]")) {
  // Absent where a page is not served securely, and in old browsers: then the sentence in the form's place stays.
  if (window.PublicKeyCredential) enable(form);
}

function enable(form) {
  const button = form.querySelector("button[type=submit]");
  const said = form.querySelector("[data-said]");
  form.previousElementSibling.hidden = true;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.hidden = true;
    try {
      form.elements.answer.value = JSON.stringify(await ask(form));
      form.submit();
    } catch (error) {
      said.textContent = error.said ?? words(form, error);
      said.hidden = false;
    }
    button.disabled = false;
  });
}

async function ask(form) {
  const { optionsFrom, library, passkey } = form.dataset;
  const answer = await fetch(optionsFrom, {
    method: "POST",
    body: new FormData(form),
    headers: { accept: "application/json" },
  });
  const optionsJSON = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error("refused"), { said: optionsJSON.said });
  await import(library);
  const { startAuthentication, startRegistration } = globalThis.SimpleWebAuthnBrowser;
  return await (passkey === "add" ? startRegistration({ optionsJSON }) : startAuthentication({ optionsJSON }));
}

function words(form, error) {
  const { name } = error.cause ?? error;
  if (name === "InvalidStateError") return form.dataset.known;
  return name === "NotAllowedError" || name === "AbortError" ? form.dataset.cancelled : form.dataset.failed;
}
