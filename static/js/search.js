// Search while one types: the same hits in a list under the search box and in the command palette.
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const form = $("form.search[data-typing]");
const field = form && $("input[type=search]", form);
let asking = null;

// groups of hits for a text, [] for too little; a newer question ends the older one (null)
export async function hits(text) {
  asking?.abort();
  const asked = text.trim();
  if (!form || asked.length < 2) return [];
  asking = new AbortController();
  try {
    const answer = await fetch(`${form.dataset.typing}?q=${encodeURIComponent(asked.slice(0, 200))}`, { signal: asking.signal, headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).groups : [];
  } catch { return null; }
}
export function hitLine(row, group) {
  const li = document.createElement("li");
  li.setAttribute("role", "option");
  li.dataset.url = row.url || group.more_url;
  li.dataset.hit = "";
  const name = Object.assign(document.createElement("span"), { className: "mono", textContent: row.label });
  const facts = Object.assign(document.createElement("span"), { className: "muted hit-facts", textContent: row.facts.join(" · "), dir: "auto" });
  li.append(name, facts, Object.assign(document.createElement("small"), { textContent: group.label }));
  return li;
}

if (field) {
  const box = document.createElement("ul");
  Object.assign(box, { className: "hits", id: "search-hits", hidden: true });
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", field.getAttribute("aria-label"));
  form.append(box);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", box.id);
  const show = (on) => { box.hidden = !on; field.setAttribute("aria-expanded", String(on)); if (!on) field.removeAttribute("aria-activedescendant"); };
  const lines = () => $$("li", box);
  const mark = (li) => {
    lines().forEach((el, i) => { el.id = `hit-${i}`; el.removeAttribute("aria-selected"); });
    li?.setAttribute("aria-selected", "true");
    if (li) field.setAttribute("aria-activedescendant", li.id);
    li?.scrollIntoView({ block: "nearest" });
  };
  show(false);
  let pause;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(async () => {
      const groups = await hits(field.value);
      if (groups === null) return;
      box.replaceChildren(...groups.flatMap((group) => group.rows.map((row) => hitLine(row, group))));
      show(box.childElementCount > 0 && document.activeElement === field);
    }, 220);
  });
  field.addEventListener("keydown", (event) => {
    if (box.hidden || event.isComposing) return;
    const all = lines();
    const at = all.findIndex((li) => li.getAttribute("aria-selected"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(all[event.key === "ArrowDown" ? (at + 1) % all.length : (at <= 0 ? all.length : at) - 1]); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); location.assign(all[at].dataset.url); }
    else if (event.key === "Escape") { event.stopPropagation(); show(false); }
  });
  box.addEventListener("pointerdown", (event) => { const li = event.target.closest("li"); if (li) { event.preventDefault(); if (event.ctrlKey || event.metaKey) window.open(li.dataset.url, "_blank", "noopener"); else location.assign(li.dataset.url); } });
  field.addEventListener("blur", () => show(false));
}
