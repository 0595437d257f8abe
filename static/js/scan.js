// The station: one always-focused scan field. A wedge scanner types and ends with Enter (or Tab); each scan waits in a queue
// with its own key until the server answered it, so a flaky network loses nothing and does nothing twice.
import { csrf, dialogOpen, toast } from "./app.js";

const $ = (selector, within = document) => within.querySelector(selector);
const page = $("[data-station]");
const form = $("#scan-form");
const field = $("#scan");
const says = $("#scan-queue");
const url = page.dataset.scanUrl;
const shelf = `sampan.scans ${url}`;
let queue = JSON.parse(sessionStorage.getItem(shelf) ?? "[]");
let busy = false;

const newKey = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
function keep() {
  try { sessionStorage.setItem(shelf, JSON.stringify(queue)); }
  catch { sessionStorage.setItem(shelf, JSON.stringify(queue.filter((scan) => !scan.photo))); }   // full: photos wait in memory only
}

// --- sound without files: a short high tone is good, two low ones are not ----------------------------------------
let audio = null;
let loud = localStorage.getItem("sampan.sound") !== "off";
function tone(frequency, from, length, shape = "sine") {
  const play = audio.createOscillator();
  const volume = audio.createGain();
  const start = audio.currentTime + from;
  play.type = shape;
  play.frequency.value = frequency;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.25, start + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + length);
  play.connect(volume).connect(audio.destination);
  play.start(start);
  play.stop(start + length + 0.02);
}
function beep(result) {
  if (!loud || !window.AudioContext) return;
  audio ??= new AudioContext();
  audio.resume?.();
  if (result === "refused") { tone(196, 0, 0.18, "square"); tone(147, 0.22, 0.28, "square"); }
  else if (result === "warn") { tone(660, 0, 0.14, "triangle"); tone(494, 0.16, 0.2, "triangle"); }
  else if (result === "done") { tone(880, 0, 0.09); tone(1175, 0.1, 0.09); tone(1568, 0.2, 0.16); }
  else if (result === "wait") tone(440, 0, 0.12, "triangle");
  else tone(1047, 0, 0.09);
}
const soundButton = $("[data-sound]");
function drawSound() { soundButton?.setAttribute("aria-pressed", String(loud)); soundButton?.classList.toggle("off", !loud); }
soundButton?.addEventListener("click", () => { loud = !loud; localStorage.setItem("sampan.sound", loud ? "on" : "off"); drawSound(); if (loud) beep("ok"); field.focus(); });
drawSound();

// --- the queue ---------------------------------------------------------------------------------------------------
export function send(code) {
  const text = code.trim();
  if (!text) return;
  if (page.dataset.photoUrl && text.toUpperCase() === "PHOTO") { takePhoto(); return; }
  wait({ code: text });
}
function wait(scan) {
  queue.push({ ...scan, key: newKey() });
  keep();
  if (busy) draw();
  run();
}
const rest = (ms) => new Promise((go) => setTimeout(go, ms));
function draw() { says.textContent = queue.length > 1 || (queue.length && queue[0].tries) ? page.dataset.textWaiting.replace("(N)", `(${queue.length})`) : ""; }

async function post(scan) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), scan.photo ? 40000 : 8000);
  const headers = { "X-CSRFToken": csrf(), "HX-Request": "true", "Idempotency-Key": scan.key };
  try {
    return await fetch(scan.photo ? page.dataset.photoUrl : url, { method: "POST", signal: stop.signal, headers, body: body(scan) });
  } finally { clearTimeout(timer); }
}
function body(scan) {
  if (!scan.photo) return new URLSearchParams({ code: scan.code, key: scan.key });
  const made = new FormData();
  const bytes = Uint8Array.from(atob(scan.photo.split(",")[1]), (sign) => sign.charCodeAt(0));
  made.append("file", new Blob([bytes], { type: "image/jpeg" }), "photo.jpg");
  made.append("key", scan.key);
  return made;
}
async function run() {
  if (busy) return;
  busy = true;
  while (queue.length) {
    const scan = queue[0];
    draw();
    try {
      const answer = await post(scan);
      if (answer.redirected || answer.status === 401 || answer.status === 403) { location.reload(); return; }
      if (answer.status >= 500 || answer.status === 429 || answer.status === 408 || answer.status === 425) throw new Error(String(answer.status));
      const go = answer.headers.get("HX-Redirect");
      queue.shift();
      keep();
      if (go) { location.assign(go); return; }
      show(await answer.text());
    } catch {
      scan.tries = (scan.tries ?? 0) + 1;
      keep();
      if (scan.tries === 1) beep("wait");
      draw();
      await rest(Math.min(15000, 400 * 2 ** scan.tries));
    }
  }
  busy = false;
  draw();
}
function show(html) {
  const made = new DOMParser().parseFromString(html, "text/html").querySelector("#station");
  if (!made) { toast({ text: $("#toasts").dataset.failed, tone: "rose" }); beep("refused"); return; }
  const place = document.importNode(made, true);
  $("#station").replaceWith(place);
  window.htmx?.process(place);
  settle(place);
  beep(place.dataset.result || "ok");
  if (place.dataset.print && printsHere()) printFile(place.dataset.print);
}
function settle(station) {
  page.dataset.result = station.dataset.result;
  field.placeholder = station.dataset.prompt;
  $("#scan-ref").textContent = station.dataset.reference;
  $(".s-line.last, .s-line.bad", station)?.scrollIntoView({ block: "nearest" });
}
addEventListener("online", run);

form.addEventListener("submit", (event) => { event.preventDefault(); event.stopImmediatePropagation(); send(field.value); field.value = ""; }, true);
field.addEventListener("keydown", (event) => { if (event.key === "Tab" && field.value && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); } });

// --- buttons and check boxes send their code like a scan ---------------------------------------------------------------
page.addEventListener("click", (event) => { const at = event.target.closest("button[data-code]"); if (at) { send(at.dataset.code); field.focus(); } });
page.addEventListener("change", (event) => {
  const el = event.target;
  if (el.matches("input[type=checkbox][data-code]")) { send(`${el.dataset.code}${el.checked ? "" : " off"}`); field.focus(); }
  else if (el.dataset.codePrefix && el.value) { send(el.dataset.codePrefix + el.value); field.focus(); }
  else if ("photo" in el.dataset) photo(el);
});
page.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.dataset?.codePrefix) { event.preventDefault(); event.target.blur(); } });

// --- photos: drawn smaller here (which drops what the camera wrote beside them), then queued like a scan -----------------
function drawn(source, width, height) {
  const scale = Math.min(1, 1600 / Math.max(width, height));
  const sheet = Object.assign(document.createElement("canvas"), { width: Math.round(width * scale), height: Math.round(height * scale) });
  sheet.getContext("2d").drawImage(source, 0, 0, sheet.width, sheet.height);
  return sheet.toDataURL("image/jpeg", 0.85);
}
async function photo(input) {
  const [file] = input.files;
  input.value = "";
  field.focus();
  if (!file) return;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    wait({ photo: drawn(image, image.width, image.height) });
  } catch { toast({ text: page.dataset.textPhoto, tone: "rose" }); beep("refused"); }
}
async function takePhoto() {
  const input = $("input[data-photo]");
  const byFile = () => {   // no camera at this table: the tablet's own, or a file; a browser opens it after a touch or a typed code only
    if (navigator.userActivation?.isActive === false) toast({ text: page.dataset.textCamera, tone: "amber" });
    else input?.click();
  };
  if (!navigator.mediaDevices?.getUserMedia) { byFile(); return; }
  const own = !stream;
  try {
    const shot = stream ?? await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } } });
    if (own) { video.srcObject = shot; await video.play(); await rest(350); }   // the first frames of a camera are dark
    wait({ photo: drawn(video, video.videoWidth, video.videoHeight) });
    if (own) shot.getTracks().forEach((track) => track.stop());
  } catch { byFile(); }
}

// --- silent printing: a hidden frame; a browser started for the table prints it without asking --------------------------
const printButton = $("[data-print-here]");
const printsHere = () => localStorage.getItem("sampan.print") !== "off";
function drawPrint() { printButton?.setAttribute("aria-pressed", String(printsHere())); printButton?.classList.toggle("off", !printsHere()); }
printButton?.addEventListener("click", () => { localStorage.setItem("sampan.print", printsHere() ? "off" : "on"); drawPrint(); field.focus(); });
drawPrint();
async function printFile(address) {
  for (let n = 0; n < 60; n += 1) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.status === 200) {
      const frame = Object.assign(document.createElement("iframe"), { src: address, className: "print-frame", title: "" });
      frame.addEventListener("load", () => { frame.contentWindow.focus(); frame.contentWindow.print(); field.focus(); });
      document.querySelectorAll(".print-frame").forEach((old) => old.remove());
      document.body.append(frame);
      return;
    }
    if (answer && answer.status !== 204) break;
    await rest(Math.min(4000, 500 + 150 * n));
  }
  toast({ text: page.dataset.textPrint, tone: "amber" });
}

// --- focus: whatever was touched, the next scan lands in the field ------------------------------------------------------
const busyField = () => document.activeElement?.closest?.("input:not([type=checkbox]):not(#scan), textarea, select, dialog, .search");
function home() { if (!dialogOpen() && !busyField() && !document.querySelector("details.menu[open]")) field.focus({ preventScroll: true }); }
field.addEventListener("blur", () => { form.classList.add("lost"); field.placeholder = page.dataset.textLost; setTimeout(home, 250); });
field.addEventListener("focus", () => { form.classList.remove("lost"); field.placeholder = $("#station").dataset.prompt; });
document.addEventListener("keydown", (event) => {
  const hot = !dialogOpen() && /^F\d/.test(event.key) && $(`#station [data-hot="${event.key}"]`);
  if (hot) { event.preventDefault(); hot.click(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || dialogOpen() || busyField() || event.target === field) return;
  if (event.key.length === 1 && !(event.key === " " && event.target.matches?.("button, input"))) { event.stopImmediatePropagation(); field.focus(); }
}, true);
addEventListener("focus", () => setTimeout(home, 50));

// --- camera as an extra: the browser's own reader where there is one, else a reader in script, loaded when first wanted ----
const cameraButton = $("[data-camera]");
const video = $(".scan-camera");
let stream = null;
let last = "";
let seen = 0;
if (cameraButton && navigator.mediaDevices?.getUserMedia) cameraButton.hidden = false;
function found(text) {
  if (!text || (text === last && Date.now() - seen < 2500)) return;
  last = text;
  seen = Date.now();
  send(text);
}
function script(src) {
  return new Promise((done, failed) => document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: failed })));
}
async function reader() {
  const formats = await window.BarcodeDetector?.getSupportedFormats?.().catch(() => []) ?? [];
  if (formats.includes("code_128")) {
    const own = new window.BarcodeDetector({ formats: formats.filter((f) => ["code_128", "qr_code", "ean_13", "ean_8", "code_39"].includes(f)) });
    return async () => (await own.detect(video))[0]?.rawValue;
  }
  if (!window.ZXingBrowser) await script(video.dataset.reader);
  const kit = new window.ZXingBrowser.BrowserMultiFormatReader();
  const sheet = document.createElement("canvas");
  return async () => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width) return "";
    Object.assign(sheet, { width, height });
    sheet.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0);
    try { return kit.decodeFromCanvas(sheet).getText(); } catch { return ""; }   // no code in this picture
  };
}
function closeCamera() { stream?.getTracks().forEach((track) => track.stop()); stream = null; video.hidden = true; cameraButton.setAttribute("aria-pressed", "false"); }
cameraButton?.addEventListener("click", async () => {
  if (stream) { closeCamera(); return; }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    cameraButton.setAttribute("aria-pressed", "true");
    const read = await reader();
    while (stream) { found(await read().catch(() => "")); await rest(150); }
  } catch { closeCamera(); toast({ text: page.dataset.textCamera, tone: "amber" }); }
});
addEventListener("pagehide", () => stream && closeCamera());

settle($("#station"));
home();
if (queue.length) run();
