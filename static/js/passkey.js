// Asks the browser for a passkey and sends what it answers. Without it, or without passkeys, the page has other ways.
const form = document.querySelector("form[data-passkey]");
const note = document.querySelector("[data-passkey-note]");

async function ask() {
  const options = JSON.parse(document.getElementById("passkey-options").textContent).publicKey;
  if (form.dataset.passkey === "create") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ publicKey });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

async function sendPasskey(event) {
  if (form.elements.passkey.value) return;
  event.preventDefault();
  note.hidden = true;
  try {
    form.elements.passkey.value = JSON.stringify(await ask());
  } catch {
    // The person said no, or took too long: browsers don't tell which.
    note.hidden = false;
    return;
  }
  form.requestSubmit();
}

if (form && window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  form.addEventListener("submit", sendPasskey);
  document.querySelectorAll("[data-with-passkey]").forEach((element) => { element.hidden = false; });
  document.querySelectorAll("[data-without-passkey]").forEach((element) => { element.hidden = true; });
}
