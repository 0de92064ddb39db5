// Comfort for writing: a live preview by the server's own renderer, and a question before unsaved text is left behind.
document.querySelectorAll("form[data-editor]").forEach((form) => {
  const body = form.querySelector("textarea[name=body]");
  const box = form.querySelector("[data-live]");
  const text = form.querySelector("[data-live-text]");
  const token = form.querySelector("input[name=csrf_token]");
  let timer, changed = false, asking = false, stale = false;

  // One question at a time, however long the text and however fast its writer: what was typed meanwhile is asked next.
  async function show() {
    stale = asking;
    if (asking) return;
    if (!body.value.trim()) { box.hidden = true; return; }
    asking = true;
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        headers: { "X-CSRFToken": token ? token.value : "" },
        body: new URLSearchParams({ body: body.value }),
      });
      if (answer.ok) {
        text.innerHTML = await answer.text();
        box.hidden = false;
      }
    } catch { /* no line: the preview waits, the text stays */ }
    asking = false;
    if (stale) show();
  }

  body.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 400); });
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  show();
});
