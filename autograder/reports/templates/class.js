"use strict";
// Sorts and filters the table of a class; without it the table is complete, in the order of the students.
for (const table of document.querySelectorAll("table.heat")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const controls = document.getElementById(table.id + "-controls");
  const [text, kind] = controls.querySelectorAll("input, select");
  const count = controls.querySelector("output");

  const filter = () => {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = row.cells[0].textContent.toLowerCase().includes(wanted) &&
        (!kind.value || row.classList.contains(kind.value));
      row.hidden = !fits;
      shown += fits;
    }
    count.textContent = count.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
  };

  // What is no number (nothing handed in, nothing measured) goes to the end, whichever way the others are sorted.
  const value = (row, column) => {
    const cell = row.cells[column];
    return column ? parseFloat(cell.dataset.value ?? cell.textContent.replaceAll(",", "")) : cell.textContent.trim();
  };
  const sort = (header) => {
    const column = header.cellIndex;
    const falling = header.ariaSort ? header.ariaSort === "ascending" : column > 0;
    for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const side = falling ? -1 : 1;
    rows.sort((one, other) => {
      const [a, b] = [value(one, column), value(other, column)];
      if (!column) return side * a.localeCompare(b);
      return (Number.isNaN(a) - Number.isNaN(b)) || side * (a - b);
    });
    body.append(...rows);
  };

  controls.hidden = false;
  text.addEventListener("input", filter);
  kind.addEventListener("change", filter);
  for (const button of table.tHead.querySelectorAll("button")) {
    button.disabled = false;
    button.addEventListener("click", () => sort(button.closest("th")));
  }
  filter();
}
