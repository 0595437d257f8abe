// Today, Messages, Cases: three panes without a page load. j k move, Enter takes the next step, e s c r # press their button.
import { dialogOpen, typing } from "./app.js";
import { press } from "./keys.js";
import "./texts.js";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const work = $("[data-work]");
const list = $("#work-rows");
const subject = $("#subject");
const rows = () => $$(".w-row:not(.going)", list);
const narrow = matchMedia("(max-width: 899px)");
let at = null;

// a thread opens at the oldest message nobody has answered yet, else at its end
function newest() {
  const thread = $(".thread", subject);
  if (!thread) return;
  const open = $("[data-unanswered]", thread);
  thread.scrollTop = open ? open.offsetTop - thread.offsetTop - 8 : thread.scrollHeight;
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (!subject.contains(event.target)) return;
  if (event.target.querySelector?.(".thread")) newest();
  if (event.target === subject) home();
});

// until the chosen subject stands in the pane, keys wait and nothing of the one before can be pressed; of lines that are passed
// quickly only the last one is asked for
let loading = null;
let wanted = null;
function load(row) {
  wanted = row;
  subject.inert = true;
  loading ??= (async () => {
    while (wanted) {
      const source = wanted;
      wanted = null;
      await window.htmx.ajax("GET", source.dataset.url, { source, target: "#subject", swap: "innerHTML" }).catch(() => {});
    }
    loading = null;
    subject.inert = false;
    home();
  })();
  return loading;
}
// an answer that comes after one went on to another line is not shown
document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, target } = event.detail;
  if (target === subject && (elt.matches(".w-row") ? elt !== at : !elt.isConnected)) event.detail.shouldSwap = false;
});
function choose(row, { open = true } = {}) {
  if (!row) return;
  rows().forEach((el) => el.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
  row.classList.add("read");   // the place of its mark stays: nothing moves
  row.scrollIntoView({ block: "nearest" });
  at = row;
  if (open) {
    work.classList.add("open");
    const mine = load(row);
    mine.then(() => { if (at === row) { subject.scrollTop = 0; newest(); } });
  }
}
function step(by) {
  const all = rows();
  const row = all[Math.max(0, Math.min(all.length - 1, all.indexOf(at) + by))];
  if (row !== at) choose(row);
}
// what is asked by this page may be answered into it: no page load
let checked = "";
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Work"] = "1";
  if (checked && event.detail.path === checked) { event.detail.headers["X-Work-Check"] = "1"; checked = ""; }
});
function refresh() {
  if (!at) return;
  checked = at.dataset.url;
  window.htmx.ajax("GET", checked, { source: at, target: "#subject", swap: "innerHTML" }).then(newest);
}
document.addEventListener("work:did", refresh);
// the list as it is now, with the line that came back opened
async function again(id) {
  const answer = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of [".w-groups", "#work-rows"]) { const now = $(part, fresh); if (now) $(part, work).replaceChildren(...now.childNodes); }
  window.htmx.process(list);
  at = null;
  choose(document.getElementById(`w-${id}`) ?? rows()[0]);
}
document.addEventListener("work:back", (event) => again(event.detail?.id));
// what was done took its button along: the keys go on from the list
const home = () => { if ([document.body, document.getElementById("main")].includes(document.activeElement) && !dialogOpen()) list.focus({ preventScroll: true }); };
document.addEventListener("keys:nowhere", home);
function done(id) {
  const row = document.getElementById(`w-${id}`) ?? at;
  if (!row) return;
  const all = rows();
  const next = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1];
  row.classList.add("going");
  setTimeout(() => row.remove(), 180);
  const count = $(".g.on [data-group-count]", work);
  if (count && /^\d+$/.test(count.textContent.trim())) count.textContent = String(Math.max(0, Number(count.textContent) - 1));
  const meter = $(".w-foot .meter", work);
  if (meter && meter.value < meter.max) meter.value += 1;
  at = null;
  if (next && !(narrow.matches && !work.classList.contains("open"))) choose(next);
  else if (!next) { subject.replaceChildren(); work.classList.remove("open"); list.append($("#work-empty").content.cloneNode(true)); }
  home();
}
document.addEventListener("work:done", (event) => done(event.detail.id));

list.addEventListener("click", (event) => {
  const row = event.target.closest(".w-row");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(row);
});
work.addEventListener("click", (event) => { if (event.target.closest("[data-work-back]")) { work.classList.remove("open"); at?.scrollIntoView({ block: "center" }); } });

// forms of the subject answer into the subject
subject.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const values = {};
  for (const name of new Set(data.keys())) { const all = data.getAll(name); values[name] = all.length > 1 ? all : all[0]; }
  window.htmx.ajax("POST", event.submitter?.getAttribute("formaction") || form.getAttribute("action"), { source: form, target: "#subject", swap: "innerHTML", values });
});
subject.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) { event.preventDefault(); event.target.form.requestSubmit($("[data-send]", event.target.form)); }
});

// where there is a letter to write, the next step is to write it
function answer(key) {
  const field = ["Enter", "r"].includes(key) && $(".reply textarea", subject);
  if (field) field.focus();
  return !!field || press(key, subject);
}
document.addEventListener("keydown", (event) => {
  if (typing(event.target) || dialogOpen() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  const idle = [document.body, list, subject].includes(event.target) || event.target.id === "main";
  if (event.key === "Enter" && !idle) return;   // the link or button that has the focus answers itself
  if (event.key === "j" || (event.key === "ArrowDown" && event.target === list)) { event.preventDefault(); step(1); }
  else if (event.key === "k" || (event.key === "ArrowUp" && event.target === list)) { event.preventDefault(); step(-1); }
  else if (!["Enter", "e", "s", "r", "c", "#"].includes(event.key)) return;
  else if (loading) { event.preventDefault(); const { key } = event; const row = at; loading.then(() => { if (at === row) answer(key); }); }
  else if (answer(event.key)) event.preventDefault();
});

const first = list.dataset.selected ? document.getElementById(`w-${list.dataset.selected}`) : rows()[0];
const start = () => { if (!first || subject.childElementCount) return; if (narrow.matches && !list.dataset.selected) choose(first, { open: false }); else choose(first); };
if (window.htmx) start(); else addEventListener("DOMContentLoaded", start);
