// Colours as they are chosen: a picker beside each field, and the sample below in those colours at once. What is saved is checked again.

const sheet = document.querySelector("link[data-sample]");
const isColour = (text) => /^#[0-9a-f]{6}$/i.test(text);
const fields = ["accent", "second"].map((name) => document.querySelector(`input[name="${name}"]`));

function show() {
  const [accent, second] = fields.map((field) => field.value.trim().toLowerCase());
  if (!sheet || !isColour(accent)) return;
  sheet.href = `/assets/sample-${accent.slice(1)}${isColour(second) ? `-${second.slice(1)}` : ""}.css`;
}

for (const field of fields) {
  const picker = document.createElement("input");
  picker.type = "color";
  picker.className = "colour-picker";
  picker.setAttribute("aria-label", document.querySelector(`label[for="${field.id}"]`).textContent.trim());
  picker.value = isColour(field.value) ? field.value : fields[0].value;
  // A picker always shows some colour, also where none is chosen.
  const mark = () => picker.classList.toggle("colour-picker-none", field.value.trim() === "");
  mark();
  picker.addEventListener("input", () => {
    field.value = picker.value;
    mark();
    show();
  });
  field.addEventListener("input", () => {
    if (isColour(field.value)) picker.value = field.value;
    mark();
    show();
  });
  field.after(picker);
}
