// While a question is typed: what is already there about it, from the server's own search. Without JavaScript the check page shows it.
document.querySelectorAll("form[data-similar]").forEach((form) => {
  const title = form.querySelector("input[name=title]");
  const list = form.querySelector("[data-similar-list]");
  let timer, sent = 0, shown = 0, asked = "";

  async function show() {
    const text = title.value.trim();
    if (text === asked) return;
    asked = text;
    if (text.length < 8) { list.innerHTML = ""; return; }
    const turn = ++sent;
    try {
      const answer = await fetch(form.dataset.similar + "?" + new URLSearchParams({ q: text }));
      if (!answer.ok || turn < shown) return;
      shown = turn;
      list.innerHTML = await answer.text();
    } catch { /* no line: the check page shows it later */ }
  }

  title.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 500); });
  show();
});
