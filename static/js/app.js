// The frame of every page: keys, command palette, dialogs, toasts, menus, waiting bar, guards. No inline code anywhere.
import { hitLine, hits } from "./search.js";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const root = document.documentElement;
const toastBox = $("#toasts");
const words = toastBox ? toastBox.dataset : {};

export const csrf = () => $('meta[name="csrf-token"]')?.content ?? "";
export const typing = (el) => !!el?.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]");
export const dialogOpen = () => !!$("dialog[open]");

// --- toasts: what happened, with a way back --------------------------------------------------------------------
export function toast({ text, tone = "sea", undo = "" }) {
  if (!undo && $$(".toast-s > span").some((el) => el.textContent === text)) return;
  const el = document.createElement("div");
  el.className = `toast-s toast-${tone}`;
  el.setAttribute("role", tone === "rose" ? "alert" : "status");
  const say = document.createElement("span");
  say.textContent = text;
  el.append(say);
  if (undo) {
    const back = document.createElement("button");
    Object.assign(back, { type: "button", className: "b", textContent: words.undo });
    back.append(" ", Object.assign(document.createElement("kbd"), { textContent: "z" }));
    back.dataset.undo = undo;
    el.append(back);
  }
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "b ghost sq", textContent: "×" });
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", words.close);
  el.append(close);
  if (tone === "rose") el.dataset.sticky = "";
  ($("dialog[open]") ?? document.body).append(toastBox);   // a modal dialog covers everything that is not inside it
  toastBox.append(el);
  linger(el);
}

function linger(el) {
  if (el.dataset.sticky !== undefined) return;
  let left = $("[data-undo]", el) ? 12000 : 6000;
  let timer = setTimeout(() => el.remove(), left);
  el.addEventListener("pointerenter", () => clearTimeout(timer));
  el.addEventListener("pointerleave", () => { timer = setTimeout(() => el.remove(), 2500); });
  el.addEventListener("focusin", () => clearTimeout(timer));
}
$$(".toast-s").forEach(linger);

async function undo(button) {
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.undo, { method: "POST", headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } });
    const go = answer.headers.get("HX-Redirect");
    if (go) { location.assign(go); return; }
    if (!answer.ok) { const why = sentence(await answer.text()); if (why) { button.closest(".toast-s").remove(); toast({ text: why, tone: "rose" }); return; } throw new Error(String(answer.status)); }
    button.closest(".toast-s").remove();
    toast({ text: words.undone, tone: "leaf" });
    const told = JSON.parse(answer.headers.get("HX-Trigger") || "{}");
    if ($("#list")) window.htmx.trigger(document.body, "list:reload");
    else if ($("[data-work]")) document.dispatchEvent(new CustomEvent("work:back", { detail: told["work:back"] ?? {} }));
    else location.reload();
  } catch {
    button.disabled = false;
    toast({ text: words.failed, tone: "rose" });
  }
}

// --- dialogs ------------------------------------------------------------------------------------------------
const formDialog = $("#dialog");

export function openDialog(url) {
  $("#dialog-body").replaceChildren();
  window.htmx.ajax("GET", url, { target: "#dialog-body", swap: "innerHTML" }).then(() => {
    if ($("#dialog-body").childElementCount) showDialog();
  });
}
export function showDialog() {
  if (!formDialog.open) formDialog.showModal();
  const field = $("#dialog-body [autofocus]") ?? $("#dialog-body input:not([type=hidden]), #dialog-body select, #dialog-body textarea");
  (field ?? $("#dialog-body .form-foot .primary"))?.focus();
}

let confirmed = null;
const plain = $("#confirm [data-yes]")?.textContent;
function ask(text, label, danger) {   // the button says what it does, in the words of the one that was pressed
  const box = $("#confirm"), yes = $("[data-yes]", box);
  $("#confirm-text").textContent = text;
  yes.textContent = label || plain;
  yes.classList.toggle("danger", danger); yes.classList.toggle("primary", !danger);
  box.showModal();
  $("[data-yes]", box).focus();
  return new Promise((resolve) => { confirmed = resolve; box.addEventListener("close", () => resolve(false), { once: true }); });
}

document.addEventListener("click", async (event) => {
  const at = event.target.closest("[data-confirm],[data-open],[data-close],[data-dialog],[data-undo],[data-dismiss],[data-yes],[data-rail-open],[data-rail-close],[data-why],[data-copy],[data-select]");
  if (!at) return;
  const on = at.dataset;
  if (on.why !== undefined && at.getAttribute("aria-disabled")) { event.preventDefault(); if (on.why) toast({ text: on.why, tone: "amber" }); return; }
  if (on.confirm && !at.sampanSure) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await ask(on.confirm, $("span", at)?.textContent.trim(), at.classList.contains("danger"))) { at.sampanSure = true; at.click(); at.sampanSure = false; }
    return;
  }
  if (on.yes !== undefined) { confirmed?.(true); at.closest("dialog").close(); return; }
  if (on.open) { event.preventDefault(); closeMenus(); $(`#${on.open}`)?.showModal(); if (on.open === "palette") resetPalette(); if (on.open === "keys") document.dispatchEvent(new CustomEvent("keys:sheet")); return; }
  if (on.close !== undefined) { const box = at.closest("dialog"); if (box) { event.preventDefault(); box.close(); } return; }   // the page behind is fresh already
  if (on.dismiss !== undefined) { at.closest(".toast-s").remove(); return; }
  if (on.undo) { undo(at); return; }
  if (on.select !== undefined) { at.select(); return; }
  if (on.copy) { navigator.clipboard?.writeText(on.copy).then(() => { const label = $("span", at); if (label) label.textContent += " ✓"; }); return; }
  if (on.railOpen !== undefined) { rail(true); return; }
  if (on.railClose !== undefined) { rail(false); return; }
  if (on.dialog !== undefined && !event.ctrlKey && !event.metaKey && !event.shiftKey && formDialog) { event.preventDefault(); closeMenus(); openDialog(at.href); }
}, true);

$$("dialog").forEach((box) => box.addEventListener("pointerdown", (event) => {
  if (event.target !== box || (box === formDialog && dirty.size)) return;
  const edge = box.getBoundingClientRect();
  if (event.clientX < edge.left || event.clientX > edge.right || event.clientY < edge.top || event.clientY > edge.bottom) box.close();
}));
$$("dialog").forEach((box) => box.addEventListener("close", () => { if (box.contains(toastBox)) document.body.append(toastBox); }));
formDialog?.addEventListener("close", () => { for (const form of dirty) if (formDialog.contains(form)) dirty.delete(form); $("#dialog-body").replaceChildren(); });

export function rail(shown) {
  document.body.classList.toggle("rail-shown", shown);
  $("[data-rail-open]")?.setAttribute("aria-expanded", String(shown));
  if (shown) $("#rail a")?.focus(); else $("[data-rail-open]")?.focus();
}

// --- menus: <details> close on a click outside, on Escape and when another opens -------------------------------
export function closeMenus(except) { $$("details.menu[open]").forEach((menu) => { if (menu !== except && !menu.contains(except ?? null)) menu.open = false; }); }
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("details.menu") || !menu.open) return;
  closeMenus(menu);
  $("input:not([type=hidden]), select", menu)?.focus({ preventScroll: true });
}, true);

// --- command palette --------------------------------------------------------------------------------------
const palette = $("#palette");
const options = () => $$("li", palette).filter((li) => !li.hidden);
let places = null;   // further pages and acts, asked once
async function fillPalette() {
  $$("li[data-act]", palette).forEach((li) => li.remove());
  const list = $("ul", palette);
  const acts = $$("#main [data-key], #main .pg-h .b, #main .d-h .b").filter((el) => el.offsetParent !== null && !el.getAttribute("aria-disabled") && el.matches("a, button"));
  // what stands in a closed menu of the page, for the ticked rows or beside the name is reached by its words too
  const folded = $$("#main .pg-h .menu-b :is(a, .item), #main .d-h .menu-b :is(a, .item), #bulk:not([hidden]) [data-bulk], .top .person > a, .top .person .item").filter((el) => !el.getAttribute("aria-disabled"));
  [...new Set([...acts, ...folded])].reverse().forEach((el) => {
    const words = ($("span", el) ?? el).textContent.trim();
    if (!words) return;
    const li = document.createElement("li");
    li.setAttribute("role", "option");
    li.dataset.act = "";
    li.dataset.words = words;
    li.press = el;
    li.append(Object.assign(document.createElement("span"), { textContent: words }), Object.assign(document.createElement("small"), { textContent: el.dataset.key || palette.dataset.here }));
    list.prepend(li);
  });
  if (places) return;
  places = [];
  try { places = (await (await fetch(palette.dataset.places, { headers: { Accept: "application/json" } })).json()).places; } catch { places = null; return; }
  const known = new Set($$("li", palette).map((li) => li.dataset.url));
  places.filter((place) => !known.has(place.url)).forEach((place) => {
    const li = document.createElement("li");
    li.setAttribute("role", "option");
    li.dataset.url = place.url;
    li.dataset.words = `${place.label} ${place.group}`;
    li.append(Object.assign(document.createElement("span"), { textContent: place.label }), Object.assign(document.createElement("small"), { textContent: place.group }));
    list.append(li);
  });
  filterPalette();
}
let palettePause;
function paletteHits() {
  clearTimeout(palettePause);
  palettePause = setTimeout(async () => {
    const text = $("input", palette).value;
    const groups = await hits(text);
    if (groups === null || text !== $("input", palette).value) return;
    $$("li[data-hit]", palette).forEach((li) => li.remove());
    groups.forEach((group) => group.rows.slice(0, 3).forEach((row) => $("ul", palette).append(hitLine(row, group))));
    if (!options().some((li) => li.getAttribute("aria-selected"))) mark(options()[0]);
  }, 220);
}
function go(li) { if (!li) return; if (li.press) { palette.close(); li.press.click(); } else location.assign(li.dataset.url); }
export function openPalette() { if (palette && !palette.open) { palette.showModal(); resetPalette(); } }
function resetPalette() { fillPalette(); const field = $("input", palette); field.value = ""; filterPalette(); field.focus(); }
function mark(li) { $$("li[aria-selected]", palette).forEach((el) => el.removeAttribute("aria-selected")); li?.setAttribute("aria-selected", "true"); li?.scrollIntoView({ block: "nearest" }); }
function filterPalette() {
  const field = $("input", palette);
  const asked = field.value.trim().toLowerCase();
  $("li[data-search-row]", palette)?.remove();
  $$("li[data-hit]", palette).forEach((li) => li.remove());
  $$("li", palette).forEach((li) => { li.hidden = !asked.split(/\s+/).every((word) => li.dataset.words.toLowerCase().includes(word)); });
  const search = $("form.search");
  if (asked && search) {
    const li = document.createElement("li");
    li.setAttribute("role", "option");
    li.dataset.searchRow = "";
    li.dataset.words = asked;
    li.dataset.url = `${search.action}?q=${encodeURIComponent(field.value.trim())}`;
    li.append(`${field.dataset.searchLabel} “${field.value.trim()}”`);
    $("ul", palette).append(li);
  }
  mark(options()[0]);
}
palette?.addEventListener("input", () => { filterPalette(); paletteHits(); });
palette?.addEventListener("click", (event) => go(event.target.closest("li")));
palette?.addEventListener("keydown", (event) => {
  const list = options();
  const at = list.findIndex((li) => li.getAttribute("aria-selected"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(list[(at + (event.key === "ArrowDown" ? 1 : list.length - 1)) % list.length]); }
  else if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); go(list[at]); }
});

// the search field keeps the lines of a pasted column of numbers
$("#search")?.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text") ?? "";
  if (!/[\r\n\t]/.test(text)) return;
  event.preventDefault();
  const field = event.target;
  field.setRangeText(text.trim().split(/[\s,;，；]+/).join(" "), field.selectionStart, field.selectionEnd, "end");
});

// --- preferences: theme and density apply at once ------------------------------------------------------------
$$("form[data-preference]").forEach((form) => form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, value } = event.submitter;
  if (name === "theme") { root.dataset.themeChoice = value; window.sampanTheme(); } else root.dataset.density = value;
  $$("button", form).forEach((b) => b.setAttribute("aria-pressed", String(b === event.submitter)));
  const data = new FormData(form);
  data.set(name, value);
  fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } }).catch(() => toast({ text: words.offline, tone: "rose" }));
}));

// --- guards: nothing sent twice, nothing typed lost ------------------------------------------------------------
const dirty = new Set();
document.addEventListener("input", (event) => { const form = event.target.form; if (form?.dataset.guard !== undefined) dirty.add(form); });
window.addEventListener("beforeunload", (event) => { if ([...dirty].some((form) => form.isConnected)) event.preventDefault(); });
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented) return;
  dirty.delete(form);
  if (form.method !== "post" || form.dataset.many !== undefined) return;
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 15000) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  form.dataset.sent = String(Date.now());
  event.submitter?.setAttribute("data-busy", "");
}, true);
const free = (form) => { if (!form?.dataset) return; delete form.dataset.sent; $$("[data-busy]", form).forEach((el) => el.removeAttribute("data-busy")); };
window.addEventListener("pageshow", () => $$("form[data-sent]").forEach(free));

// a refusal is one sentence, the same on every door: in a problem document or on the page of the refusal
function sentence(text) {
  if (text.startsWith("{")) { try { return JSON.parse(text).detail ?? ""; } catch { return ""; } }
  return new DOMParser().parseFromString(text, "text/html").querySelector(".say, .fault h1 + p")?.textContent.trim() ?? "";
}

// --- htmx ----------------------------------------------------------------------------------------------------
let waiting = 0;
document.addEventListener("htmx:configRequest", (event) => { if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf(); });
const quiet = (event) => event.detail.elt?.dataset?.here !== undefined;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (quiet(event)) { if (document.hidden) event.preventDefault(); return; }
  waiting += 1;
  document.body.classList.add("loading");
  // what asked may be gone before the answer comes; the answer is told by the request itself
  event.detail.xhr.addEventListener("loadend", () => { waiting = Math.max(0, waiting - 1); if (!waiting) document.body.classList.remove("loading"); });
});
let told = null;   // the field in which the others know that somebody writes
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field === told || !field.matches("textarea") || !field.value.trim() || !$("[data-here]")) return;
  told = field;
  window.htmx.trigger(document.body, "here:now");
});
document.addEventListener("htmx:configRequest", (event) => {   // whoever types a text tells the others
  const field = document.activeElement;
  if (quiet(event) && field?.matches?.("textarea") && field.value.trim()) event.detail.parameters.writing = "1";
});
document.addEventListener("htmx:afterRequest", (event) => { if (!quiet(event)) free(event.detail.elt?.closest?.("form")); });
document.addEventListener("htmx:sendError", (event) => { if (!quiet(event)) toast({ text: words.offline, tone: "rose" }); });
document.addEventListener("htmx:responseError", (event) => {
  if (quiet(event)) return;
  const { status, responseText } = event.detail.xhr;
  toast({ text: sentence(responseText) || (status === 401 ? words.expired : status === 403 ? words.denied : words.failed), tone: "rose" });
});
document.addEventListener("toast", (event) => toast(event.detail));
document.addEventListener("dialog:close", () => formDialog?.close());
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target?.id === "dialog-body") showDialog(); });
document.addEventListener("htmx:load", (event) => ready(event.detail.elt));

// forms inside the dialog answer into the dialog
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!formDialog?.contains(form) || form.hasAttribute("hx-post") || form.method !== "post") return;
  event.preventDefault();
  const values = new FormData(form);
  if (event.submitter?.name) values.set(event.submitter.name, event.submitter.value);   // a quick choice stands for the field of its name
  const strict = !form.noValidate;   // a quick choice needs no field, also when it is pressed before htmx knows the form
  if (event.submitter?.formNoValidate) form.noValidate = true;
  window.htmx.ajax("POST", event.submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href, { source: form, target: "#dialog-body", swap: "innerHTML", values: Object.fromEntries([...new Set(values.keys())].map((k) => { const all = values.getAll(k); return [k, all.length > 1 ? all : all[0]]; })) });
  if (strict) form.noValidate = false;
});

// a form that asks first answers into the dialog
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.inDialog === undefined || !formDialog) return;
  event.preventDefault();
  window.htmx.ajax("POST", form.getAttribute("action"), { source: form, target: "#dialog-body", swap: "innerHTML" }).then(() => { if ($("#dialog-body").childElementCount) showDialog(); });
});

// --- what needs a hand after it came: select boxes with search, clocks, moving columns --------------------------
let selectKit = null;
async function enhance(selects) {
  if (!selects.length) return;
  selectKit ??= new Promise((done) => {
    const base = $("#select-kit");
    if (!base) { done(null); return; }
    const css = Object.assign(document.createElement("link"), { rel: "stylesheet", href: base.dataset.css });
    const js = Object.assign(document.createElement("script"), { src: base.dataset.js, onload: () => done(window.TomSelect), onerror: () => done(null) });
    document.head.append(css, js);
  });
  const Kit = await selectKit;
  if (Kit) selects.forEach((el) => { if (el.tomselect) return; el.setAttribute("aria-label", el.labels?.[0]?.textContent ?? el.name); const box = new Kit(el, { maxOptions: 500, refreshThrottle: 0, plugins: el.multiple ? ["remove_button"] : [], render: { no_results: null } }); if (el.multiple) box.control_input.addEventListener("paste", (event) => { if (taken(event.clipboardData?.getData("text") ?? "", box)) event.preventDefault(); });
    if (el.multiple && el.hasAttribute("data-codes")) leftBehind(el, box); box.control_input.addEventListener("keydown", (event) => { if (event.key === "Enter" && box.inputValue()) event.preventDefault(); }); });
}
// a list of codes or names that was pasted, or typed and left (whole): what is known is chosen, the rest stands there to be refused by name
function taken(text, box, whole = false) {
  const known = new Map(Object.values(box.options).flatMap((one) => [one.value, one.text, one.text.split(" · ")[0]].map((word) => [word.trim().toLowerCase(), one.value])));
  const wide = text.split(/[;；,，、\n\r\t]+/).map((part) => part.trim()).filter(Boolean);
  const parts = wide.flatMap((part) => (known.has(part.toLowerCase()) || !part.split(/\s+/).some((word) => known.has(word.toLowerCase())) ? [part] : part.split(/\s+/)));
  if (!whole && parts.length < 2 && !known.has(parts[0]?.toLowerCase())) return false;
  parts.forEach((part) => { const value = known.get(part.toLowerCase()); if (!value) box.addOption({ value: part, text: part }); box.addItem(value ?? part); });
  box.setTextboxValue("");
  box.close();
  return true;
}
// what was typed and left without Enter is taken too: at once when the form goes, else when the click that left it has found its button
function leftBehind(el, box) {
  let words = "";
  const take = () => { if (words) { taken(words, box, true); words = ""; } };
  box.wrapper.addEventListener("blur", () => { words = box.inputValue().trim(); setTimeout(take, 250); }, true);
  el.form?.addEventListener("submit", () => { words ||= box.inputValue().trim(); take(); }, true);
}
function tick() {
  $$("[data-countdown]").forEach((el) => {
    const left = Math.floor((new Date(el.dateTime) - Date.now()) / 1000);
    if (left < 0 || left > 86400) return;
    const two = (n) => String(n).padStart(2, "0");
    el.textContent = `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  });
}
setInterval(tick, 1000);
document.addEventListener("click", (event) => {
  const mover = event.target.closest("[data-move]");
  if (!mover) return;
  const li = mover.closest("li");
  if (mover.dataset.move === "-1") li.previousElementSibling?.before(li); else li.nextElementSibling?.after(li);
  mover.focus();
});
// on a phone the rows of a table in a box stand as cards: each value says what it is
function label(table) {
  const heads = $$("thead th", table).map((th) => th.textContent.trim());
  if (heads.length < 3) return;
  table.classList.add("stacks");
  $$("tbody tr", table).forEach((tr) => [...tr.cells].forEach((td, i) => { if (heads[i]) td.dataset.label = heads[i]; }));
}
export function ready(within) {
  $$(".sheet-in table.plain", within).forEach(label);
  enhance($$("select[data-enhance], select[data-codes]", within));
  tick();
}
ready(document);
