/* A file that is too large is told at once, before it travels. The server checks again. */
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file" || !input.dataset.limit) return;
    const box = input.closest("[data-file-box]");
    const told = box?.querySelector("[data-too-large]");
    if (!told) return;
    const wrong = [...input.files].some((file) => file.size > Number(input.dataset.limit));
    told.hidden = !wrong;
    input.setAttribute("aria-invalid", String(wrong));
    if (!wrong) return;
    event.stopImmediatePropagation();
    input.value = "";
  }, true);
})();
