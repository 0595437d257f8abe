// @login in a note: colleagues who see the object are offered while typing. ↑ ↓ choose, Enter or Tab takes, Escape closes.
let box = null;      // the list of the field that has the focus
let field = null;
let at = 0;
let asked = 0;

function typed() {
  const head = field.value.slice(0, field.selectionStart);
  return /(?:^|[^\w@])@([\w.+-]{0,60})$/u.exec(head)?.[1] ?? null;
}
function close() {
  box?.remove();
  box = null;
  field?.removeAttribute("aria-activedescendant");
}
function mark(index) {
  const all = [...box.children];
  at = (index + all.length) % all.length;
  all.forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
  field.setAttribute("aria-activedescendant", all[at].id);
}
function take(item) {
  const end = field.selectionStart;
  const start = end - typed().length;
  field.setRangeText(`${item.dataset.login} `, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  close();
  field.focus();
}
function show(people) {
  close();
  if (!people.length) return;
  box = document.createElement("ul");
  box.id = `${field.id}-people`;
  box.className = "mention-list";
  box.setAttribute("role", "listbox");
  people.forEach((person, i) => {
    const item = document.createElement("li");
    item.id = `${box.id}-${i}`;
    item.setAttribute("role", "option");
    item.dataset.login = person.login;
    item.textContent = person.name === person.login ? `@${person.login}` : `@${person.login} · ${person.name}`;
    box.append(item);
  });
  field.after(box);
  field.setAttribute("aria-controls", box.id);
  mark(0);
}
async function ask() {
  const word = typed();
  if (word === null) { close(); return; }
  const mine = ++asked;
  const query = new URLSearchParams({ about: new URL(field.form.action).pathname, q: word });
  try {
    const answer = await fetch(`${field.dataset.people}?${query}`, { headers: { Accept: "application/json" } });
    const people = answer.ok ? (await answer.json()).people : [];
    if (mine === asked && document.activeElement === field) show(people);
  } catch { close(); }
}
document.addEventListener("input", (event) => {
  if (!event.target.matches?.("textarea[data-people]") || !event.isTrusted) return;
  field = event.target;
  ask();
});
document.addEventListener("keydown", (event) => {
  if (!box || event.target !== field || event.isComposing) return;
  if (event.key === "ArrowDown") mark(at + 1);
  else if (event.key === "ArrowUp") mark(at - 1);
  else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && typed() !== null) take(box.children[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
document.addEventListener("mousedown", (event) => {
  const item = event.target.closest?.(".mention-list [role=option]");
  if (!item) return;
  event.preventDefault();   // the field keeps the focus
  take(item);
});
document.addEventListener("focusout", (event) => { if (event.target === field) close(); });
