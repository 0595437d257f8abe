// Ready texts in the composer: ";" at the beginning of a word, or the button, opens the list; facts are filled by the server.
import { csrf } from "./app.js";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const shown = (box) => $$("li", box).filter((li) => !li.hidden);

function mark(box, li) {
  $$("li[aria-selected]", box).forEach((el) => el.removeAttribute("aria-selected"));
  li?.setAttribute("aria-selected", "true");
  li?.scrollIntoView({ block: "nearest" });
}
function filter(box) {
  const asked = $("input", box).value.trim().toLowerCase().split(/\s+/);
  $$("li", box).forEach((li) => { li.hidden = !asked.every((word) => li.dataset.words.toLowerCase().includes(word)); });
  mark(box, shown(box)[0]);
}
function open(form) {
  const box = $("[data-texts-box]", form);
  if (!box || box.open) return;
  $("input", box).value = "";
  filter(box);
  box.showModal();
  $("input", box).focus();
}
// an empty field takes the whole text with its subject and gaps; into own words only the text is put, where one writes
async function take(box, li) {
  const form = box.closest("form");
  const field = $("textarea[name=text]", form);
  box.close();
  const choice = $("select[name=code]", form);
  if (!field.value.trim()) {
    const goOn = (event) => { if (event.detail.target?.id !== "composer" && event.detail.elt?.id !== "composer") return; document.removeEventListener("htmx:afterSwap", goOn); $("#reply-text")?.focus(); };
    document.addEventListener("htmx:afterSwap", goOn);   // the text is read, changed, sent: the hand stays in it
    choice.value = li.dataset.code;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  const asked = new FormData(form);
  asked.set("code", li.dataset.code);
  asked.set("fill", "1");
  const answer = await fetch(choice.getAttribute("hx-post"), { method: "POST", body: asked, headers: { "HX-Request": "true", "X-CSRFToken": csrf() } });
  if (!answer.ok) return;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("textarea[name=text]");
  field.focus();
  field.setRangeText(made?.value ?? "", field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-texts]");
  if (button) { open(button.form); return; }
  const li = event.target.closest("[data-texts-box] li");
  if (li) take(li.closest("dialog"), li);
});
document.addEventListener("input", (event) => { const box = event.target.closest("[data-texts-box]"); if (box) { event.stopPropagation(); filter(box); } }, true);
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-texts-box]");
  if (box) {
    const list = shown(box);
    const at = list.findIndex((li) => li.getAttribute("aria-selected"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(box, list[(at + (event.key === "ArrowDown" ? 1 : list.length - 1)) % list.length]); }
    else if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); if (list[at]) take(box, list[at]); }
    return;
  }
  if (!["\u003b", "\uff1b"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = event.target;
  const form = field.closest?.("#composer") ?? (field.closest?.("input, textarea, select, dialog") ? null : $("#composer"));
  if (!form || (field.matches("textarea, input") && !(field.name === "text" && /(^|\s)$/.test(field.value.slice(0, field.selectionStart))))) return;
  event.preventDefault();
  open(form);
});
