// The calculator while levels are chosen: the server's own arithmetic in whole numbers, so that both agree to the last digit.
// Values are ten-thousandths, weights hundredths of a percent; their products sum to the index times a hundred million.
const calculator = {
  // What an outside index gives (limits and index in hundredths); null beyond its scale and on a limit that the band above holds.
  outside(limits, holdsLower, index) {
    const values = [10000, 15000, 25000, 35000, 40000, 50000];
    if (!(index >= limits[0] && index <= limits[5]) || (holdsLower && limits.indexOf(index) > 0 && limits.indexOf(index) < 5)) return null;
    const band = Math.max(1, limits.findIndex((limit) => index <= limit));
    const [below, low] = [limits[band - 1], values[band - 1]];
    const width = limits[band] - below;
    return low + Math.floor((2 * (index - below) * (values[band] - low) + width) / (2 * width));
  },
  // A number as people write it, in hundredths; null for anything else.
  hundredths(text) {
    const parts = /^([0-9]{1,3})(?:[.,]([0-9]{1,2}))?$/.exec(text.trim());
    return parts ? Number(parts[1]) * 100 + Number((parts[2] || "").padEnd(2, "0")) : null;
  },
  // Index with two decimals and grade, of rows [weight, value or null], where what is empty counts as `empty`.
  score(rows, grades, empty) {
    const sum = rows.reduce((total, [weight, value]) => total + weight * (value === null ? empty : value), 0);
    const cents = Math.floor((sum + 500000) / 1000000);
    const grade = grades.find(([, low, high, holdsLow, holdsHigh]) =>
      (low * 10000 < sum && sum < high * 10000) || (holdsLow && sum === low * 10000) || (holdsHigh && sum === high * 10000));
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
      return found >= 100 && found <= 500 ? found * 100 : null;
    }
    if (index && index.value.trim()) {
      const found = calculator.hundredths(index.value);
      return found === null ? null : calculator.outside(JSON.parse(index.dataset.limits), "holdsLower" in index.dataset, found);
    }
    return chosen && chosen.value ? Number(chosen.value) * 10000 : null;
  }

  function show() {
    const sheet = rows.map((row) => [Number(row.dataset.weight), value(row)]);
    const [low, high] = [10000, 50000].map((empty) => calculator.score(sheet, grades, empty));
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

  form.addEventListener("input", (event) => {
    const row = event.target.closest("fieldset"), isLevel = event.target.type === "radio";
    // One value for each indicator: a level takes the place of what was typed, and the other way round.
    row.querySelectorAll("input").forEach((other) => {
      if (other === event.target) return;
      if (other.type === "radio") { if (!isLevel && other.value && event.target.value.trim()) other.checked = false; }
      else if (isLevel || event.target.value.trim()) other.value = "";
    });
    show();
    history.replaceState(null, "", "?" + address());
  });
  show();
});
