// Turns messages of the browser on: asks the person, then the browser's service for an address, and posts that as a form.

for (const form of document.querySelectorAll("form[data-push]")) {
  if ("serviceWorker" in navigator && "PushManager" in window) enable(form);
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
      form.elements.subscription.value = JSON.stringify(await subscribe(form.dataset));
      form.submit();
    } catch {
      said.textContent = Notification.permission === "denied" ? form.dataset.denied : form.dataset.failed;
      said.hidden = false;
      button.disabled = false;
    }
  });
}

async function subscribe({ push, worker }) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("not granted");
  const { pushManager } = await ready(await navigator.serviceWorker.register(worker));
  const options = { userVisibleOnly: true, applicationServerKey: push };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    // It has an address for an older key of this node, which is of no use any more.
    const former = await pushManager.getSubscription();
    if (!former) throw error;
    await former.unsubscribe();
    return await pushManager.subscribe(options);
  }
}

/** A browser asks its service only for a worker that runs. */
const ready = async (registration) => {
  await navigator.serviceWorker.ready;
  return registration;
};
