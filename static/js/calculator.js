// The calculator while levels are chosen: the server's own arithmetic in whole numbers, so that both agree to the last digit.
// A value of 1 is so many parts that every band of an outside index divides it; weights are hundredths of a percent.
const ONE = 1260000;
const calculator = {
  // What an outside index gives (limits and index in hundredths); null beyond its scale and on a limit that the band above holds.
  outside(limits, holdsLower, index) {
    const values = [1, 1.5, 2.5, 3.5, 4, 5].map((value) => value * ONE);
    if (!(index >= limits[0] && index <= limits[5]) || calculator.onLimit(limits, holdsLower, index)) return null;
    const band = Math.max(1, limits.findIndex((limit) => index <= limit));
    const [below, low] = [limits[band - 1], values[band - 1]];
    return low + ((index - below) * (values[band] - low)) / (limits[band] - below);
  },
  // The level of the band above, exactly on a limit that it holds; 0 anywhere else.
  onLimit(limits, holdsLower, index) {
    const at = limits.indexOf(index);
    return holdsLower && at > 0 && at < 5 ? at + 1 : 0;
  },
  // A number as people write it, in hundredths; null for anything else.
  hundredths(text) {
    const parts = /^([0-9]{1,3})(?:[.,]([0-9]{1,2}))?$/.exec(text.trim());
    return parts ? Number(parts[1]) * 100 + Number((parts[2] || "").padEnd(2, "0")) : null;
  },
  // Index with two decimals and grade, of rows [weight, value or null], where what is empty counts as `empty`.
  score(rows, grades, empty) {
    const sum = rows.reduce((total, [weight, value]) => total + weight * (value === null ? empty : value), 0);
    const cents = Math.floor((2 * sum + 100 * ONE) / (200 * ONE));
    const grade = grades.find(([, low, high, holdsLow, holdsHigh]) =>
      (low * ONE < sum && sum < high * ONE) || (holdsLow && sum === low * ONE) || (holdsHigh && sum === high * ONE));
    return [Math.floor(cents / 100) + "," + String(cents % 100).padStart(2, "0"), grade[0]];
  },
};

document.querySelectorAll("form[data-calculator]").forEach((form) => {
  const rows = [...form.querySelectorAll("fieldset[data-weight]")];
  const grades = JSON.parse(form.dataset.grades);
  const part = (name) => form.querySelector(`[data-${name}]`);

  function value(row) {
    const typed = row.querySelector("input[name^=n]"), index = row.querySelector("input[name^=luar]"), chosen = row.querySelector("input:checked");
    if (typed && typed.value.trim()) {
      const found = calculator.hundredths(typed.value);
      return found >= 100 && found <= 500 ? (found * ONE) / 100 : null;
    }
    if (index && index.value.trim()) {
      const found = calculator.hundredths(index.value);
      return found === null ? null : calculator.outside(JSON.parse(index.dataset.limits), "holdsLower" in index.dataset, found);
    }
    return chosen && chosen.value ? Number(chosen.value) * ONE : null;
  }

  function show() {
    const sheet = rows.map((row) => [Number(row.dataset.weight), value(row)]);
    const [low, high] = [ONE, 5 * ONE].map((empty) => calculator.score(sheet, grades, empty));
    part("index").textContent = low[0] === high[0] ? low[0] : low[0] + "–" + high[0];
    part("grade").textContent = low[1] === high[1] ? low[1] : low[1] + " – " + high[1];
    part("filled").textContent = sheet.filter(([, found]) => found !== null).length;
    const empty = sheet.findIndex(([, found]) => found === null);
    part("next").hidden = empty < 0;
    if (empty >= 0) part("next").href = "#" + rows[empty].id;
  }

  // The sheet as it stands in an address, as the server writes it: nothing is lost by opening the page again, and nothing is sent.
  function address() {
    const said = new URLSearchParams({ instrumen: form.elements.instrumen.value });
    const signs = rows.map((row) => (row.querySelector("input:checked") || {}).value || "x").join("");
    let from = 0;
    const groups = form.dataset.groups.split("-").map((size) => signs.slice(from, (from += Number(size))));
    if (/[1-5]/.test(signs)) said.set("tingkat", groups.join("-"));
    form.querySelectorAll("input[inputmode=decimal]").forEach((typed) => { if (typed.value.trim()) said.set(typed.name, typed.value.trim().replace(",", ".")); });
    if (form.elements.instansi) said.set("instansi", form.elements.instansi.value);
    return said;
  }

  // What became of a number that was typed, beside it.
  function read(row) {
    const said = row.querySelector("[data-read]");
    if (!said) return;
    const typed = row.querySelector("input[name^=n]").value.trim(), field = row.querySelector("input[name^=luar]"), index = field ? field.value.trim() : "";
    const found = calculator.hundredths(typed || index), result = value(row);
    const written = (number) => number.toFixed(2).replace(".", ",");
    if (typed) said.textContent = result === null ? "Tulis angka 1 sampai 5, paling banyak dua desimal, misalnya 2,5." : "";
    else if (!index) said.textContent = "";
    else if (result !== null) said.textContent = index + " menjadi " + written(Math.floor(result / (ONE / 100) + 0.5) / 100) + ".";
    else {
      const limits = JSON.parse(field.dataset.limits), level = found === null ? 0 : calculator.onLimit(limits, "holdsLower" in field.dataset, found);
      said.textContent = level ? "Tepat di batas: pita tingkat " + level + ", tetapi nilainya tidak diterbitkan. Pilih tingkat " + level + " atau tulis nilainya."
        : "Tulis angka " + limits[0] / 100 + " sampai " + limits[5] / 100 + ", paling banyak dua desimal.";
    }
  }

  form.addEventListener("input", (event) => {
    const row = event.target.closest("fieldset"), isLevel = event.target.type === "radio";
    // One value for each indicator: a level takes the place of what was typed, and the other way round.
    row.querySelectorAll("input").forEach((other) => {
      if (other === event.target) return;
      if (other.type === "radio") { if (!isLevel && other.value && event.target.value.trim()) other.checked = false; }
      else if (isLevel || event.target.value.trim()) other.value = "";
    });
    read(row);
    show();
    history.replaceState(null, "", form.dataset.sheet + "?" + address());
  });
  show();
});
