// Import pages: a file may be dropped anywhere on its field; the mapping shows only what is still to decide.
export function drop(input) {
  const zone = input.closest(".drop");
  if (!zone) return;
  const name = zone.querySelector("[data-drop-name]");
  const tell = () => { const file = input.files[0]; if (file) name.textContent = `${file.name} · ${size(file.size)}`; };
  input.addEventListener("change", tell);
  ["dragenter", "dragover"].forEach((kind) => zone.addEventListener(kind, () => zone.classList.add("over")));
  ["dragleave", "drop"].forEach((kind) => zone.addEventListener(kind, () => zone.classList.remove("over")));
  tell();
}
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const kilo = bytes / 1024;
  return kilo < 1024 ? `${kilo.toFixed(0)} kB` : `${(kilo / 1024).toFixed(1)} MB`;
}
document.addEventListener("change", (event) => {
  const only = event.target.closest("[data-only-open]");
  if (only) { only.closest("form").querySelector(".map-t").classList.toggle("only-open", only.checked); return; }
  const select = event.target.closest(".map-t select");
  if (!select) return;
  // one meaning belongs to one column: taking it here frees it elsewhere
  if (select.value) document.querySelectorAll(".map-t select").forEach((other) => { if (other !== select && other.value === select.value) other.value = ""; });
  select.closest("tr").classList.remove("need");
});
document.querySelectorAll("input[type=file][data-drop]").forEach(drop);
