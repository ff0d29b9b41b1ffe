// What a script adds to the charts that the server has drawn: reading values by pointer and by keyboard, zoom, downloads and live updates.
// It draws nothing by itself, and listens on the document: charts come and go with their page.

const SVG = "http://www.w3.org/2000/svg";
/// A tick that is so late does not come: this page asks by its own clock.
const LATE = 12_000;
/// A shorter way of the pointer is a click and no zoom.
const DRAG = 8;

document.documentElement.dataset.charts = "";

// ---- What a chart holds ----

const figures = () => [...document.querySelectorAll("live-charts .chart")];
const cardOf = (figure) => figure.closest("[data-chart]");
const plotOf = (figure) => figure.querySelector(".chart-plot");
const numbers = (figure) => {
  const { from, step, count, top, foot } = plotOf(figure).dataset;
  return { from: +from, step: +step, count: +count, top: +top, foot: foot === undefined ? undefined : +foot };
};
const rowOf = (figure, place) => cardOf(figure).querySelector("tbody").rows[place];
const countOf = (figure) => cardOf(figure).querySelector("tbody").rows.length;

/// How far below the top a value stands, in per cent: as the server places it.
function height(value, { top, foot }) {
  const share = foot === undefined ? value / top : value <= foot ? 0 : Math.log(value / foot) / Math.log(top / foot);
  return (1 - Math.min(1, Math.max(0, share))) * 100;
}

function draw(name, attributes, within) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.dataset.drawn = "";
  within.append(element);
  return element;
}

// ---- Reading ----

/// Where somebody reads: the chart, and the interval as a time, which stays when the page is drawn anew.
let reading = null;

function clear() {
  for (const drawn of document.querySelectorAll("live-charts [data-drawn]")) drawn.remove();
  for (const value of document.querySelectorAll("live-charts .legend b")) value.textContent = "";
}

/// Shows the values of one time on all charts of the page, in their legends, and in a box on the chart that is read.
function read(figure, place) {
  clear();
  const { from, step, count } = numbers(figure);
  if (!count || !countOf(figure)) return;
  const within = Math.min(Math.max(place, 0), countOf(figure) - 1);
  reading = { key: cardOf(figure).dataset.chart, at: from + within * step };
  for (const each of figures()) {
    const of = numbers(each);
    if (of.from === from && of.step === step && rowOf(each, within)) mark(each, within, of);
  }
  box(figure, within, count);
}

function mark(figure, place, of) {
  const plot = plotOf(figure);
  const x = `${((place + 0.5) * 100) / of.count}%`;
  draw("line", { class: "cross", x1: x, x2: x, y1: 0, y2: "100%" }, plot);
  const cells = [...rowOf(figure, place).cells].slice(1);
  const isStacked = plot.querySelector(".band") !== null;
  cells.forEach((cell, line) => {
    const value = cardOf(figure).querySelector(`.legend b[data-line="${line}"]`);
    if (value) value.textContent = cell.textContent;
    const key = cardOf(figure).querySelectorAll(".legend .key path")[line];
    if (isStacked || !key || cell.dataset.value === undefined) return;
    const ink = key.getAttribute("class").replace(/^line s?/, "pin f");
    draw("circle", { class: ink, cx: x, cy: `${height(+cell.dataset.value, of)}%`, r: 4.5 }, plot);
  });
}

function box(figure, place, count) {
  const isRight = place * 2 > count;
  // It stays within its half of the chart, which is small on a phone.
  const width = Math.min(230, plotOf(figure).getBoundingClientRect().width / 2);
  const attributes = { class: "readout-place", x: `${((place + 0.5) * 100) / count}%`, y: 8, width, height: 160 };
  const hold = draw("foreignObject", { ...attributes, transform: `translate(${isRight ? -width - 10 : 10} 0)` }, plotOf(figure));
  const side = document.createElement("div");
  side.className = isRight ? "readout-left" : "readout-right";
  const out = document.createElement("div");
  out.className = "readout";
  const [time, ...cells] = rowOf(figure, place).cells;
  out.append(Object.assign(document.createElement("b"), { textContent: time.textContent }));
  const names = [...cardOf(figure).querySelectorAll("thead th")].slice(1);
  cells.forEach((cell, line) => {
    const row = document.createElement("div");
    const key = cardOf(figure).querySelectorAll(".legend .key")[line];
    if (key) row.append(key.cloneNode(true));
    for (const text of [names[line]?.textContent ?? "", cell.textContent]) row.append(Object.assign(document.createElement("span"), { textContent: text }));
    out.append(row);
  });
  side.append(out);
  hold.append(side);
}

function stop() {
  reading = null;
  clear();
}

/// The interval under the pointer; nothing beside the plot.
function placeOf(figure, event, isClamped = false) {
  const { left, width } = plotOf(figure).getBoundingClientRect();
  const share = (event.clientX - left) / width;
  if (!isClamped && (share < 0 || share > 1)) return null;
  const { count } = numbers(figure);
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

// ---- Zoom ----

let drag = null;

function brush(figure, one, other) {
  const { count } = numbers(figure);
  const [first, last] = [Math.min(one, other), Math.max(one, other)];
  const place = { x: `${(first * 100) / count}%`, width: `${((last - first + 1) * 100) / count}%` };
  draw("rect", { class: "brush", y: 0, height: "100%", ...place }, plotOf(figure));
}

/// Goes to the same page for the time between two intervals, by a link: so the portal's own way of going there is taken.
function zoom(figure, one, other) {
  const { from, step } = numbers(figure);
  const to = new URL(figure.closest("live-charts").dataset.address, location.href);
  to.searchParams.delete("range");
  to.searchParams.set("from", from + Math.min(one, other) * step);
  to.searchParams.set("to", from + (Math.max(one, other) + 1) * step);
  stop();
  const link = Object.assign(document.createElement("a"), { href: to.pathname + to.search, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}

addEventListener("pointerdown", (event) => {
  const figure = event.target.closest?.("live-charts .chart");
  if (!figure || event.button !== 0) return;
  const place = placeOf(figure, event);
  if (place === null) return;
  // A finger scrolls the page; it reads where it taps.
  if (event.pointerType === "touch") return read(figure, place);
  drag = { figure, place, x: event.clientX };
});

addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch") return;
  if (drag?.figure.isConnected && Math.abs(event.clientX - drag.x) >= DRAG) {
    const place = placeOf(drag.figure, event, true);
    read(drag.figure, place);
    brush(drag.figure, drag.place, place);
    event.preventDefault();
    return;
  }
  const figure = event.target.closest?.("live-charts .chart");
  const place = figure ? placeOf(figure, event) : null;
  if (place !== null) read(figure, place);
  else if (reading && !document.activeElement?.matches("live-charts .chart")) stop();
});

addEventListener("pointerup", (event) => {
  const begun = drag;
  drag = null;
  if (!begun?.figure.isConnected || Math.abs(event.clientX - begun.x) < DRAG) return;
  zoom(begun.figure, begun.place, placeOf(begun.figure, event, true));
});

addEventListener("pointercancel", () => {
  drag = null;
  stop();
});

// ---- By keyboard: arrows read, Enter marks the two ends of a zoom ----

let marked = null;
const status = Object.assign(document.createElement("p"), { className: "sr", role: "status" });

/// Says what is read to those who do not see it.
function say(figure) {
  if (!status.isConnected) document.body.append(status);
  const texts = [...figure.querySelectorAll(".readout b, .readout span")].map((text) => text.textContent);
  status.textContent = texts.join(" ");
}

addEventListener("keydown", (event) => {
  const figure = event.target.closest?.("live-charts .chart");
  if (!figure || event.ctrlKey || event.metaKey || event.altKey) return;
  const { from, step } = numbers(figure);
  const last = countOf(figure) - 1;
  const now = reading ? Math.round((reading.at - from) / step) : last + 1;
  const places = { ArrowLeft: now - 1, ArrowRight: now + 1, PageUp: now - 10, PageDown: now + 10, Home: 0, End: last };
  if (event.key === "Escape") {
    marked = null;
    stop();
  } else if (event.key === "Enter" && reading) {
    if (marked !== null) zoom(figure, marked, now);
    marked = marked === null ? now : null;
  } else if (event.key in places && last >= 0) {
    event.preventDefault();
    read(figure, places[event.key]);
    if (marked !== null) brush(figure, marked, Math.round((reading.at - from) / step));
    say(figure);
  }
});

addEventListener("focusout", (event) => {
  if (!event.target.closest?.("live-charts .chart")) return;
  marked = null;
  stop();
});

// ---- Downloads ----

function save(name, kind, text) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([text], { type: kind })), download: name });
  link.rel = "external";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), LATE);
}

const quoted = (text) => `"${text.replaceAll('"', '""')}"`;

function csv(card) {
  const title = card.querySelector("h2").textContent;
  const [time, ...names] = [...card.querySelectorAll("thead th")].map((head) => head.textContent);
  const rows = [...card.querySelector("tbody").rows].map(({ cells: [at, ...cells] }) =>
    [at.querySelector("time").dateTime, ...cells.map((cell) => cell.dataset.value ?? "")].join(","));
  return [[time, ...names.map((name) => `${title}: ${name}`)].map(quoted).join(","), ...rows, ""].join("\r\n");
}

const INKS = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-family", "font-size", "font-weight", "vector-effect", "text-anchor"];

/// The three parts of a chart as one picture, with the colours that are shown now.
function svg(card) {
  clear();
  const frame = card.querySelector(".chart").getBoundingClientRect();
  const out = document.createElementNS(SVG, "svg");
  const [air, width, high] = [24, Math.ceil(frame.width), Math.ceil(frame.height)];
  for (const [key, value] of Object.entries({ xmlns: SVG, width: width + 2 * air, height: high + 2 * air })) out.setAttribute(key, value);
  const ground = document.createElementNS(SVG, "rect");
  for (const [key, value] of Object.entries({ width: "100%", height: "100%", fill: getComputedStyle(card).backgroundColor })) ground.setAttribute(key, value);
  out.append(ground, document.getElementById("chart-hatch").cloneNode(true));
  for (const part of card.querySelectorAll(".chart-y, .chart-plot, .chart-x")) {
    const copy = part.cloneNode(true);
    const { left, top, width, height } = part.getBoundingClientRect();
    const place = { x: left - frame.left + air, y: top - frame.top + air, width, height, overflow: "visible" };
    for (const [key, value] of Object.entries(place)) copy.setAttribute(key, value);
    const shown = [part, ...part.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((element, nth) => {
      const style = getComputedStyle(shown[nth]);
      if (style.display === "none") element.setAttribute("display", "none");
      for (const ink of INKS) if (!(ink === "fill" && element.matches(".gap"))) element.setAttribute(ink, style.getPropertyValue(ink));
    });
    out.append(copy);
  }
  return new XMLSerializer().serializeToString(out);
}

addEventListener("click", (event) => {
  const button = event.target.closest?.("live-charts [data-save]");
  if (!button) return;
  const card = button.closest("[data-chart]");
  const isTable = button.dataset.save === "csv";
  save(`${card.dataset.chart}.${button.dataset.save}`, isTable ? "text/csv" : "image/svg+xml", isTable ? csv(card) : svg(card));
});

// ---- Live ----

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.split("; ").includes(`zone=${zone}`)) {
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
}

/// The charts that are on this page now.
const shown = new Set();
let heard = 0;

/// Puts a new drawing in place of the one before. What is open, what has the focus and what is read stay.
function replace(live, html) {
  const drawn = document.createElement("template");
  drawn.innerHTML = html;
  const next = drawn.content.firstElementChild;
  const keys = (selector) => [...live.querySelectorAll(selector)].map((element) => element.closest("[data-chart]")?.dataset.chart);
  const open = keys("details[open]");
  const focused = live.contains(document.activeElement) ? document.activeElement : null;
  // A row of a table, a link or a button that somebody stands on is not taken away.
  if (focused && !focused.matches(".chart")) return;
  const focus = focused?.closest("[data-chart]").dataset.chart;
  const was = reading;
  for (const { name, value } of next.attributes) live.setAttribute(name, value);
  live.replaceChildren(...next.childNodes);
  for (const key of open) live.querySelector(`[data-chart="${key}"] details`)?.setAttribute("open", "");
  if (focus) live.querySelector(`[data-chart="${focus}"] .chart`)?.focus({ preventScroll: true });
  const figure = was && live.querySelector(`[data-chart="${was.key}"] .chart`);
  if (!figure) return;
  const { from, step } = numbers(figure);
  read(figure, Math.round((was.at - from) / step));
}

async function ask(live) {
  if (document.hidden || live.isAsking || drag || marked !== null) return;
  live.isAsking = true;
  try {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const asks = live.dataset.asks;
    const answer = await fetch(live.dataset.function, { method: "POST", headers, body: asks });
    // A session that has ended is told by the portal, at the next click. Until then the last drawing stays.
    if (answer.status === 401) live.removeAttribute("data-live");
    const html = answer.ok ? await answer.json() : null;
    // Meanwhile the page may show something else.
    if (html && live.isConnected && live.dataset.asks === asks) replace(live, html);
  } catch {
    // The server is away: the last drawing stays, and the next tick asks again.
  } finally {
    live.isAsking = false;
  }
}

function tick() {
  heard = Date.now();
  for (const live of shown) if ("live" in live.dataset) ask(live);
}

// One stream of ticks for all tabs of a browser: it is held by the tab that has the lock, which passes each tick on. Browsers open few
// connections to a server over HTTP/1.1, and a stream for each tab would keep the ninth from loading at all.
const channel = new BroadcastChannel("sluice-charts");
channel.addEventListener("message", tick);
let waiting = null;
let release = null;

function lead() {
  return new Promise((done) => {
    const stream = new EventSource("/monitoring/live");
    release = () => {
      stream.close();
      release = null;
      done();
    };
    stream.addEventListener("tick", () => {
      channel.postMessage("tick");
      tick();
    });
    // A stream that was refused does not come again by itself. Without one, this page asks by its own clock.
    stream.addEventListener("error", () => stream.readyState === EventSource.CLOSED && release?.());
  });
}

function join() {
  // Browsers have locks on secure pages alone; elsewhere each tab asks by its own clock.
  if (waiting || !navigator.locks) return;
  waiting = new AbortController();
  navigator.locks.request("sluice-charts", { signal: waiting.signal }, lead).catch(() => {});
}

function leave() {
  waiting?.abort();
  waiting = null;
  release?.();
}

setInterval(() => {
  if (shown.size && Date.now() - heard > LATE) tick();
}, 2_000);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && shown.size) tick();
});

customElements.define("live-charts", class extends HTMLElement {
  connectedCallback() {
    shown.add(this);
    heard ||= Date.now();
    if ("live" in this.dataset) join();
    // The first drawing was made before the server knew the zone.
    if (zone && this.dataset.zone !== zone && !this.isZoned) {
      this.isZoned = true;
      ask(this);
    }
  }

  disconnectedCallback() {
    shown.delete(this);
    if (![...shown].some((live) => "live" in live.dataset)) leave();
  }
});
