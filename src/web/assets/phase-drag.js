// The phases of a process as bars on one line of time, to be dragged by pointer or moved by arrow keys, in whole days.
// The date fields of the form stay the truth: bars are drawn from them and write into them.

const dayMs = 86_400_000;
const marginDays = 21;
const { lang, dir } = document.documentElement;
const forward = dir === "rtl" ? -1 : 1;
const days = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone: "UTC" });

function draw(root) {
  const form = root.closest("form");
  const said = element("p", "phase-drag-said");
  said.setAttribute("aria-live", "polite");
  const hint = element("p", "hint");
  hint.id = "phase-drag-hint";
  hint.textContent = root.dataset.hint;
  const track = element("div", "phase-drag-track");
  track.setAttribute("role", "group");
  track.setAttribute("aria-label", root.dataset.label);
  const scale = element("p", "phase-drag-scale");
  root.append(hint, track, scale, said);
  root.hidden = false;

  const phases = [];
  for (let index = 0; form.elements[`phase-${index}-starts`]; index += 1) phases.push(bar(index));
  let [from, until] = [0, 1];
  rescale();
  for (const phase of phases) {
    for (const field of [phase.starts, phase.ends]) field.addEventListener("change", rescale);
  }
  form.addEventListener("change", ({ target }) => {
    if (/-title\./.test(target.name ?? "")) for (const phase of phases) label(phase);
  });

  function bar(index) {
    const phase = {
      index,
      starts: form.elements[`phase-${index}-starts`],
      ends: form.elements[`phase-${index}-ends`],
      row: element("div", "phase-drag-row"),
      name: element("p", "phase-drag-name"),
      lane: element("div", "phase-drag-lane"),
      bar: element("div", "phase-drag-bar"),
    };
    for (const part of ["whole", "start", "end"]) {
      const handle = element("span", `phase-drag-${part}`);
      handle.setAttribute("role", "slider");
      handle.setAttribute("aria-describedby", hint.id);
      handle.tabIndex = 0;
      handle.addEventListener("keydown", (event) => byKey(event, phase, part));
      handle.addEventListener("pointerdown", (event) => byPointer(event, phase, part, handle));
      phase[part] = handle;
      phase.bar.append(handle);
    }
    phase.lane.append(phase.bar);
    phase.row.append(phase.name, phase.lane);
    track.append(phase.row);
    label(phase);
    return phase;
  }

  function titleOf({ index }) {
    const fields = [...form.querySelectorAll(`[name^="phase-${index}-title."]`)];
    const filled = fields.find((field) => field.value.trim() !== "");
    return filled?.value.trim() ?? root.dataset.untitled.replace("{number}", String(index + 1));
  }

  function label(phase) {
    const title = titleOf(phase);
    phase.name.textContent = title;
    for (const part of ["whole", "start", "end"]) {
      phase[part].setAttribute("aria-label", root.dataset[part].replace("{phase}", title));
    }
  }

  // Also when a date was typed.
  function rescale() {
    const dated = phases.filter(isDated);
    if (dated.length === 0) {
      root.hidden = true;
      return;
    }
    root.hidden = false;
    from = Math.min(...dated.map(startOf)) - marginDays * dayMs;
    until = Math.max(...dated.map(endOf)) + marginDays * dayMs;
    scale.replaceChildren(textOf(from), textOf((from + until) / 2), textOf(until));
    show();
  }

  function textOf(moment) {
    const mark = element("span", "");
    mark.textContent = days.format(moment);
    return mark;
  }

  function show() {
    for (const phase of phases) {
      phase.row.hidden = !isDated(phase);
      if (phase.row.hidden) continue;
      const [start, end] = [startOf(phase), endOf(phase)];
      phase.bar.style.insetInlineStart = `${((start - from) / (until - from)) * 100}%`;
      phase.bar.style.inlineSize = `${((end - start) / (until - from)) * 100}%`;
      value(phase.start, start, days.format(start));
      value(phase.end, end, days.format(end));
      value(phase.whole, start, spanOf(phase));
    }
  }

  function value(handle, moment, text) {
    handle.setAttribute("aria-valuemin", String(Math.floor(from / dayMs)));
    handle.setAttribute("aria-valuemax", String(Math.ceil(until / dayMs)));
    handle.setAttribute("aria-valuenow", String(Math.floor(moment / dayMs)));
    handle.setAttribute("aria-valuetext", text);
  }

  function byKey(event, phase, part) {
    const steps = { ArrowRight: forward, ArrowLeft: -forward, ArrowUp: 1, ArrowDown: -1, PageUp: 7, PageDown: -7 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    if (move(phase, part, step, positions())) rescale();
  }

  function byPointer(event, phase, part, handle) {
    if (event.button !== 0) return;
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    const before = positions();
    const pixelsPerDay = (phase.lane.getBoundingClientRect().width * dayMs) / (until - from);
    const drag = ({ clientX }) => {
      const wished = Math.round(((clientX - event.clientX) * forward) / pixelsPerDay);
      move(phase, part, wished, before);
    };
    const end = () => {
      handle.removeEventListener("pointermove", drag);
      rescale();
    };
    handle.addEventListener("pointermove", drag);
    handle.addEventListener("pointerup", end, { once: true });
    handle.addEventListener("pointercancel", end, { once: true });
  }

  function positions() {
    return phases.map((phase) => (isDated(phase) ? { start: startOf(phase), end: endOf(phase) } : null));
  }

  // As many of the wished days as the neighbours leave room for; later phases go along where that is ticked.
  function move(phase, part, wished, before) {
    const at = before[phase.index];
    const others = before.filter((other) => other !== null && other !== at);
    const earlier = others.filter(({ end }) => end <= at.start);
    const later = others.filter(({ start }) => start >= at.end);
    const follows = form.elements.moveLater?.checked === true && part !== "start";
    const room = Math.floor(Math.min(...later.map(({ start }) => start - at.end), Infinity) / dayMs);
    const free = Math.floor(Math.min(...earlier.map(({ end }) => at.start - end), Infinity) / dayMs);
    const length = Math.floor((at.end - at.start) / dayMs);
    const least = part === "end" ? Math.min(0, 1 - length) : -free;
    const most = part === "start" ? Math.max(0, length - 1) : follows ? Infinity : room;
    const step = Math.max(least, Math.min(most, wished)) * dayMs;
    write(phase, { start: at.start + (part === "end" ? 0 : step), end: at.end + (part === "start" ? 0 : step) });
    for (const other of phases) {
      const was = before[other.index];
      if (follows && was !== null && later.includes(was)) {
        write(other, { start: was.start + step, end: was.end + step });
      }
    }
    show();
    const text = `${titleOf(phase)}: ${spanOf(phase)}`;
    if (said.textContent !== text) said.textContent = text;
    return step !== 0;
  }
}

const element = (name, className) => {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  return made;
};

// The clock face of the city, counted as if it were UTC: a day is a day, whatever summer time does.
const startOf = ({ starts }) => Date.parse(`${starts.value}Z`);
const endOf = ({ ends }) => Date.parse(`${ends.value}Z`);
const isDated = (phase) => startOf(phase) < endOf(phase);
const spanOf = (phase) => `${days.format(startOf(phase))} – ${days.format(endOf(phase))}`;

function write({ starts, ends }, { start, end }) {
  starts.value = new Date(start).toISOString().slice(0, 16);
  ends.value = new Date(end).toISOString().slice(0, 16);
}

for (const root of document.querySelectorAll("[data-phase-drag]")) draw(root);
