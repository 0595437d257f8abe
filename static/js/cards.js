// A list on a phone is a card per row: plain values (numbers, dates, words) get the heading of their column in front.
const phone = matchMedia("(max-width: 640px)");
const spoken = ".st, .sku, .flag, abbr, a, .mono, .under, .ends, .pic, .clip, bdi";   // what says itself what it is

function name() {
  if (!phone.matches) return;
  document.querySelectorAll(".sheet.cards > table").forEach((table) => {
    const heads = [...table.querySelectorAll("thead th")].map((cell) => cell.innerText.replace(/[↑↓]/g, "").trim());
    table.querySelectorAll("tbody tr").forEach((row) => [...row.cells].forEach((cell, at) => {
      if (at && heads[at] && !cell.matches(".nil, .pick-cell") && cell.innerText.trim() && (cell.matches(".num") || !cell.querySelector(spoken))) cell.dataset.label = heads[at];
    }));
  });
}

phone.addEventListener("change", name);
document.body.addEventListener("htmx:afterSettle", name);
name();
