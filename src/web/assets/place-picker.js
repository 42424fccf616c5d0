// A place chosen on the drawn map: pressed, or moved by arrow keys. The two fields of the form stay the truth: the point is
// drawn from them and writes into them.

const space = "http://www.w3.org/2000/svg";
const [width, height] = [640, 400];
const radians = Math.PI / 180;

function bringToLife(root) {
  const { latitude: latitudeName, longitude: longitudeName, scale, x, y, said } = root.dataset;
  const { elements } = root.closest("form");
  const [latitude, longitude] = [elements[latitudeName], elements[longitudeName]];
  const [k, offsetX, offsetY] = [Number(scale), Number(x), Number(y)];
  const drawing = root.querySelector("svg");
  const live = root.querySelector("[aria-live]");
  const mark = document.createElementNS(space, "circle");
  mark.setAttribute("class", "place-picker-mark");
  mark.setAttribute("r", "10");

  const read = (field) => (field.value.trim() === "" ? Number.NaN : Number(field.value.replace(",", ".")));
  const toPoint = (lat, lon) => [
    offsetX + k * lon * radians,
    offsetY - k * Math.log(Math.tan(Math.PI / 4 + (lat * radians) / 2)),
  ];
  const toPlace = (px, py) => [
    (2 * Math.atan(Math.exp((offsetY - py) / k)) - Math.PI / 2) / radians,
    (px - offsetX) / k / radians,
  ];

  function draw() {
    const [lat, lon] = [read(latitude), read(longitude)];
    if (!Number.isFinite(lat) || !Number.isFinite(lon) || Math.abs(lat) > 85) return mark.remove();
    const [px, py] = toPoint(lat, lon);
    mark.setAttribute("cx", px.toFixed(1));
    mark.setAttribute("cy", py.toFixed(1));
    drawing.append(mark);
  }

  function choose(px, py) {
    const [lat, lon] = toPlace(Math.min(width, Math.max(0, px)), Math.min(height, Math.max(0, py)));
    latitude.value = lat.toFixed(5);
    longitude.value = lon.toFixed(5);
    for (const field of [latitude, longitude]) field.dispatchEvent(new Event("input", { bubbles: true }));
    live.textContent = said.replace("{latitude}", latitude.value).replace("{longitude}", longitude.value);
    draw();
  }

  drawing.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    choose(at.x, at.y);
  });
  drawing.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    const step = event.shiftKey ? 1 : 12;
    const isPlaced = mark.parentNode !== null;
    const [px, py] = isPlaced
      ? [Number(mark.getAttribute("cx")), Number(mark.getAttribute("cy"))]
      : [width / 2, height / 2];
    choose(px + (isPlaced ? by[0] * step : 0), py + (isPlaced ? by[1] * step : 0));
  });
  for (const field of [latitude, longitude]) {
    field.addEventListener("change", () => {
      live.textContent = "";
      draw();
    });
  }
  root.hidden = false;
  draw();
}

for (const root of document.querySelectorAll("[data-place-picker]")) bringToLife(root);
