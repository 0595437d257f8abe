// Lists: the row cursor (j k x Enter), ticking with three meanings of "all", the bulk bar and its letters, views by their
// number, reload without a page load.
import { dialogOpen, showDialog, toast, typing } from "./app.js";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const list = () => $("#list");
const store = () => `sampan.rows ${list()?.dataset.list ?? location.pathname}`;
const boxes = () => $$("#rows tbody input[name=ids]");

let picked = new Set(JSON.parse(sessionStorage.getItem(store()) ?? "[]"));   // rows ticked, also on other pages
let all = false;                                                              // every row that fits the filters
let cursor = -1;
let anchor = -1;
let settled = null;
let stays = null;                                                             // where the cursor stands again after a reload

// since when the chosen rows were looked at: the page on which the first of them was ticked
function remember() {
  sessionStorage.setItem(store(), JSON.stringify([...picked]));
  const at = `${store()} seen`;
  if (!picked.size) sessionStorage.removeItem(at);
  else if (!sessionStorage.getItem(at)) sessionStorage.setItem(at, $("#rows")?.seen_at?.value ?? "");
}
const seenAt = (form) => (!all && sessionStorage.getItem(`${store()} seen`)) || form.seen_at?.value || "";

function draw() {
  const here = boxes();
  here.forEach((box) => {
    box.checked = all || picked.has(box.value);
    box.closest("tr").classList.toggle("sel", box.checked);
  });
  const head = $("[data-pick-all]");
  const ticked = here.filter((box) => box.checked).length;
  if (head) { head.checked = ticked > 0 && ticked === here.length; head.indeterminate = ticked > 0 && ticked < here.length; }
  const bar = $("#bulk");
  if (!bar) return;
  bar.hidden = !(all || picked.size);
  document.body.classList.toggle("has-bulk", !bar.hidden);
  $("input[name=scope]", $("#rows")).value = all ? "all" : "ids";
  $("[data-count]", bar).textContent = all ? bar.dataset.textAll : bar.dataset.textSome.replace("N", picked.size.toLocaleString("en"));
  const elsewhere = all ? 0 : picked.size - ticked;
  const note = $("[data-elsewhere]", bar);
  note.hidden = !elsewhere;
  note.textContent = bar.dataset.textElsewhere.replace("N", elsewhere);
  const matching = $("[data-pick-matching]", bar);
  if (matching) matching.hidden = all || ticked < here.length;
  const more = $(".bulk-more", bar);
  if (more) more.hidden = !$(".item", more);
}

function pick(index, on, range = false) {
  const here = boxes();
  const from = range && anchor >= 0 ? Math.min(anchor, index) : index;
  const to = range && anchor >= 0 ? Math.max(anchor, index) : index;
  if (all) { all = false; here.forEach((box) => picked.add(box.value)); }
  for (let i = from; i <= to; i += 1) if (here[i]) { if (on) picked.add(here[i].value); else picked.delete(here[i].value); }
  anchor = index;
  remember();
  draw();
}
function none() { picked.clear(); all = false; anchor = -1; remember(); draw(); }

function go(index, focus = true) {
  const rows = $$("#rows tbody tr");
  if (!rows.length) return;
  cursor = Math.max(0, Math.min(rows.length - 1, index));
  rows.forEach((row, i) => row.classList.toggle("cur", i === cursor));
  document.body.dataset.rowCursor = "1";
  rows[cursor].tabIndex = -1;
  if (focus) rows[cursor].focus({ preventScroll: true });   // Tab goes on from here
  rows[cursor].scrollIntoView({ block: "nearest" });
}
// nothing has the focus any more (its button went with the list): back to the row, else to the list
function home() {
  if (![document.body, $("#main")].includes(document.activeElement) || dialogOpen()) return;
  const row = cursor >= 0 && $$("#rows tbody tr")[cursor];
  (row || $("#list .sheet"))?.focus({ preventScroll: true });
}
document.addEventListener("keys:nowhere", home);
// A row's page is named by the row ("" = it has none), else by its first link.
function pageOf(row) { return row?.dataset.url ?? row?.querySelector("td:not(.pick-cell) a[href]")?.getAttribute("href"); }
function open(row, aside) { const url = pageOf(row); if (url) { if (aside) window.open(url, "_blank", "noopener"); else location.assign(url); } }

document.addEventListener("click", (event) => {
  const box = event.target.closest("#rows tbody input[name=ids]");
  if (box) { pick(boxes().indexOf(box), box.checked, event.shiftKey); return; }
  if (event.target.closest("[data-pick-all]")) { const on = event.target.checked; all = false; boxes().forEach((b) => { if (on) picked.add(b.value); else picked.delete(b.value); }); remember(); draw(); return; }
  if (event.target.closest("[data-pick-matching]")) { all = true; draw(); return; }
  if (event.target.closest("[data-pick-none]")) { none(); return; }
  const row = event.target.closest("#rows tbody tr");
  if (row && !event.target.closest("a, button, label, input, summary") && !String(getSelection())) { go($$("#rows tbody tr").indexOf(row)); if (!event.target.closest(".pick-cell")) open(row, event.ctrlKey || event.metaKey); }
});

// --- views: one row of tabs; what has no room stands in a menu at its end, a phone scrolls ----------------------------------
const roomy = matchMedia("(min-width: 900px)");
function fitViews() {
  const nav = $("#list .views-row .views");
  const menu = nav && $(":scope > .views-more", nav);
  if (!menu) return;
  const inside = $(".menu-b", menu);
  const tabs = $$("a", nav).map((tab, i) => { tab.dataset.place ??= i + 1; return tab; }).sort((a, b) => a.dataset.place - b.dataset.place);
  menu.before(...tabs);
  menu.hidden = true;
  nav.classList.remove("fit");
  const chosen = tabs.findIndex((tab) => tab.classList.contains("on"));
  if (!roomy.matches) { if (chosen > 0) nav.scrollLeft = tabs[chosen].offsetLeft - nav.offsetLeft - 40; return; }
  if (nav.scrollWidth <= nav.clientWidth) { nav.classList.add("fit"); return; }
  menu.hidden = false;
  const gap = parseFloat(getComputedStyle(nav).columnGap) || 0;
  let room = nav.clientWidth - menu.offsetWidth;
  if (chosen >= 0) room -= tabs[chosen].offsetWidth + gap;   // where one is always stays in sight
  const away = tabs.filter((tab, i) => {
    if (i === chosen) return false;
    room -= tab.offsetWidth + gap;
    return room < 0;
  });
  inside.append(...away);
  nav.classList.add("fit");
}
let width = 0;
new ResizeObserver(([entry]) => { if (Math.round(entry.contentRect.width) !== width) { width = Math.round(entry.contentRect.width); fitViews(); } }).observe(document.body);
document.addEventListener("htmx:load", (event) => { if (event.detail.elt.matches?.("#list, .views-row")) fitViews(); });
fitViews();

// the letter of an action takes the ticked rows, else the row of the cursor; its preview comes first
function act(key) {
  const button = $$("#bulk [data-key]").find((el) => el.dataset.key === key);
  if (!button || !(all || picked.size || boxes()[cursor])) return false;
  if (!all && !picked.size) pick(cursor, true);
  button.click();
  return true;
}
function turn(key) {
  const link = key === "[" || key === "]" ? $(`.pager a[rel=${key === "[" ? "prev" : "next"}]`) : $$("#list .views a").find((tab, i) => tab.dataset.place === key || !tab.dataset.place && String(i + 1) === key);
  link?.click();
  return !!link;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("form[data-list-form] select")) { event.preventDefault(); event.target.form.requestSubmit(); return; }
  if (typing(event.target) || dialogOpen() || event.altKey || event.isComposing || event.defaultPrevented || !list()) return;
  if (!event.ctrlKey && !event.metaKey) {
    if (/^[1-9[\]]$/.test(event.key) && turn(event.key)) { event.preventDefault(); return; }
    if (event.key === "q" && $("#filters")) { event.preventDefault(); ($("#list-q") ?? $("#filters summary"))?.focus(); return; }
  }
  if (!$("#rows")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "a" && boxes().length) { event.preventDefault(); boxes().forEach((b) => picked.add(b.value)); remember(); draw(); return; }
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === "j" || event.key === "ArrowDown" && cursor >= 0) { event.preventDefault(); go(cursor + 1); }
  else if (event.key === "k" || event.key === "ArrowUp" && cursor >= 0) { event.preventDefault(); go(cursor - 1); }
  else if ((event.key === "x" || event.key === "X") && cursor >= 0) { const box = boxes()[cursor]; if (box) { event.preventDefault(); pick(cursor, event.shiftKey ? true : !picked.has(box.value), event.shiftKey); } }
  else if (event.key === "Enter" && cursor >= 0 && (event.target === document.body || event.target.matches("#main, .sheet, #rows tr"))) { event.preventDefault(); open($$("#rows tbody tr")[cursor]); }
  else if (event.key === "Escape" && (picked.size || all)) none();
  else if (event.key.length === 1 && act(event.key)) event.preventDefault();
});

// a bulk action: the preview opens in the dialog; rows ticked on other pages go along
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "rows") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = event.submitter;
  if (!button?.hasAttribute("formaction")) return;
  const values = { csrfmiddlewaretoken: form.csrfmiddlewaretoken.value, scope: all ? "all" : "ids", query: list().dataset.query, seen_at: seenAt(form), next: location.pathname + location.search };
  if (!all) values.ids = [...picked];
  button.closest("details")?.removeAttribute("open");
  window.htmx.ajax("POST", button.getAttribute("formaction"), { target: "#dialog-body", swap: "innerHTML", values }).then(showDialog);
}, true);
document.addEventListener("rows:done", none);

// links and the filter form reload only the list, one after the other; the address stays true
let turned = Promise.resolve();
function load(url, push = true) {
  const at = document.activeElement;
  const keep = at?.id && list().contains(at) && "selectionStart" in at ? { id: at.id, value: () => at.value, from: at.selectionStart } : null;
  stays = null;
  turned = turned.then(() => window.htmx.ajax("GET", url, { source: list(), target: "#list", swap: "outerHTML" })).then(() => {
    if (push) history.pushState({ list: true }, "", url);
    const field = keep && document.getElementById(keep.id);
    if (field) { field.value = keep.value(); field.focus(); field.setSelectionRange?.(field.value.length, field.value.length); } else home();
  }).catch(() => {});
}
window.addEventListener("popstate", () => { if (list()) load(location.href, false); });
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-list-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  load(link.getAttribute("href"));
});
function formAddress(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") query.append(name, value);
  const text = query.toString();
  return `${form.getAttribute("action")}${text ? `?${text}` : ""}`;
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-list-form]")) return;
  event.preventDefault();
  load(formAddress(event.target));
});
let pause;
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-list-search]")) { event.target.closest("details.f-menu")?.setAttribute("data-changed", ""); return; }
  clearTimeout(pause);
  pause = setTimeout(() => load(formAddress(event.target.form)), 300);
});
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (menu.matches?.("details.f-menu[data-changed]") && !menu.open) load(formAddress(menu.closest("form")));
}, true);
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target?.id === "list" || event.detail.elt?.id === "list") {
  if (event.detail.xhr === settled) return;   // told once for every node that came
  settled = event.detail.xhr;
  cursor = -1;
  delete document.body.dataset.rowCursor;
  if (all) all = false;
  draw();
  if (stays) { const at = $$("#rows tbody tr").findIndex((row) => row.dataset.id === stays.id); go(at < 0 ? stays.at : at, document.activeElement === document.body); stays = null; }
} });
document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-List"] = "1"; });
// the list comes anew under the cursor: it stays on its row, or on the one that took its place
document.addEventListener("list:reload", () => { if (cursor >= 0) stays = { id: $$("#rows tbody tr")[cursor]?.dataset.id, at: cursor }; }, true);
document.addEventListener("list:refused", (event) => toast({ text: event.detail.text, tone: "rose" }));
draw();
