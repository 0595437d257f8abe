// Keys of every page: the sheet of keys, search, palette, "g" and a letter, the letters of buttons, the note of a page.
import { closeMenus, dialogOpen, openPalette, rail, typing } from "./app.js";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

// --- the sheet of keys begins with those of this page; those of a list wait for a row ----------------------------
function keysHere() {
  const part = $("#keys-here");
  const shown = new Map($$("#main [data-key]").filter((el) => reachable(el) || el.closest("#bulk")).map((el) => [el.dataset.key.replace("Enter", "⏎"), ($("span", el) ?? el).textContent.trim()]));
  $("dl", part).replaceChildren(...[...shown].map(([key, label]) => {
    const line = document.createElement("div");
    const term = document.createElement("dt");
    key.split(" ").forEach((one) => term.append(Object.assign(document.createElement("kbd"), { textContent: one }), " "));
    line.append(term, Object.assign(document.createElement("dd"), { textContent: label }));
    return line;
  }));
  part.hidden = !shown.size;
}
function keySheet() { keysHere(); $("#keys")?.showModal(); }
document.addEventListener("keys:sheet", keysHere);   // app.js cannot import this file: two that import each other have no stamped names

// a button answers to each of its keys, also when it stands in the closed menu of its page
const reachable = (el) => (el.offsetParent !== null || el.closest(".d-h .menu")) && !el.getAttribute("aria-disabled");
export const press = (key, within = document) => {
  const button = $$(`[data-key~="${CSS.escape(key)}"]`, within).find(reachable);
  if (button) button.click();
  return !!button;
};

// --- Escape closes a menu, the rail, or leaves the field ----------------------------------------------------------
function escape(event) {
  const menu = $("details.menu[open]");
  if (menu) { if (menu.dataset.changed !== undefined) { delete menu.dataset.changed; menu.closest("form")?.reset(); } menu.open = false; $("summary", menu)?.focus(); }
  else if (document.body.classList.contains("rail-shown")) rail(false);
  else if (typing(event.target)) event.target.blur();
}

// --- Ctrl Enter sends the form one writes in ----------------------------------------------------------------------
function sendForm(field) {
  const form = field.form;
  if (!form || form.closest("#subject")) return false;   // work pages send their own
  const button = $("[data-send], .primary", form) ?? $("button:not([type=button])", form);
  if (button?.disabled) return false;
  form.requestSubmit(button);
  return true;
}

// what was found, and other tables that are no lists: j and k go from link to link, Enter follows
function stroll(by) {
  if ($("#rows, [data-work], [data-station]")) return false;
  const links = $$("#main table a[href]").filter((el) => el.offsetParent !== null);
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  return links.length > 0;
}

// from an order to its parcel; a box that was not seen yet comes first
function parcel() {
  const box = $("#panel-parcels");
  const link = box && $("a[href]", box);
  if (link) link.click();
  else if (box) { box.addEventListener("htmx:afterSwap", () => $("a[href]", box)?.click(), { once: true }); box.scrollIntoView({ block: "nearest" }); }
  return !!box;
}

let leader = 0;
function everywhere(event) {
  if (event.key === "z") { const back = $$(".toast-s [data-undo]").at(-1); back?.click(); return !!back; }
  if (leader && Date.now() - leader < 1500) {
    leader = 0;
    const link = $(`#rail [data-letter="${CSS.escape(event.key.toLowerCase())}"]`);
    link?.click();
    return true;
  }
  if (event.key === "g") { leader = Date.now(); return true; }
  if (event.key === "/") { const field = $("#search"); field?.focus(); field?.select(); return !!field; }
  if (event.key === "?") { keySheet(); return true; }
  if ((event.key === "j" || event.key === "k") && stroll(event.key === "j" ? 1 : -1)) return true;
  if (event.key === "i" && parcel()) return true;
  if (event.key === "n" && $("#note-text")) { closeMenus(); $("#note-text").focus(); return true; }
  return false;
}
document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "k" && $("#palette")) { event.preventDefault(); openPalette(); return; }
  if (command && event.key === "Enter" && event.target.matches?.("textarea, input, select") && !event.defaultPrevented) { if (sendForm(event.target)) event.preventDefault(); return; }
  if (event.key === "Escape") { escape(event); return; }
  if (typing(event.target) || command || event.altKey) return;
  if (dialogOpen()) { if (/^[1-9z]$/.test(event.key) && press(event.key, $("dialog[open]"))) event.preventDefault(); return; }
  if (everywhere(event)) { event.preventDefault(); return; }
  if (event.defaultPrevented || $("[data-work]") || document.body.dataset.rowCursor) return;
  if (event.key === "Enter" && event.target !== document.body && event.target.id !== "main") return;
  if (press(event.key)) event.preventDefault();
});

// after a dialog one stands on the page again, never nowhere
$$("dialog").forEach((box) => box.addEventListener("close", () => setTimeout(() => {
  if (!dialogOpen() && document.activeElement === document.body) document.dispatchEvent(new CustomEvent("keys:nowhere"));
})));

// a page that is one form begins in its first field; Escape leaves it
if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches) {
  $("#main .box-b > form[data-guard]:not(.note-form) :is(select, textarea, input:not([type=hidden], [type=file], [type=checkbox], [type=radio]))")?.focus({ preventScroll: true });
}

// --- a scan on any page --------------------------------------------------------------------------------------------
// A wedge scanner types capitals, digits and dashes faster than a hand, then Enter. Outside of fields such a burst is no key of
// the page: a dispatch note goes onto the packing table, a command to its table, anything else is searched.
const QUICK = 45;   // milliseconds between two characters; a hand needs more
let burst = "";
let struck = 0;
function scanned(code) {
  const { table, tableScan, counter } = document.body.dataset;
  if (table && (/^DN-\d+$/.test(code) || code === "PACK")) {
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    if (code !== "PACK") sessionStorage.setItem(`sampan.scans ${tableScan}`, JSON.stringify([{ code, key }]));   // the table sends it
    location.assign(table);
  } else if (counter && code === "HAND-OVER") location.assign(counter);
  else if ($("form.search")) location.assign(`${$("form.search").action}?q=${encodeURIComponent(code)}`);
}
window.addEventListener("keydown", (event) => {
  if ($("[data-station]") || typing(event.target) || dialogOpen() || event.ctrlKey || event.metaKey || event.altKey || event.key === "Shift") return;
  const quick = event.timeStamp - struck < QUICK;
  struck = event.timeStamp;
  if (event.key === "Enter" && quick && burst.length >= 4) { event.preventDefault(); event.stopImmediatePropagation(); scanned(burst); burst = ""; return; }
  if (!/^[A-Z0-9-]$/.test(event.key)) { burst = ""; return; }
  burst = quick ? burst + event.key : event.key;
  if (burst.length > 1) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);
