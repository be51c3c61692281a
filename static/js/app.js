/* What the browser adds: drafts that save themselves, text that is never lost, no double sending.
   Every act works without this file. */
(() => {
  "use strict";
  const words = document.getElementById("words")?.dataset ?? {};
  const user = document.body.dataset.user ?? "";
  const page = document.body.dataset.page;
  const store = window.sessionStorage;
  const KEEP = "jenjang:kept:";
  const OWNER = "jenjang:owner";
  const TYPING = 1200;

  const cookie = (name) =>
    document.cookie.split("; ").find((c) => c.startsWith(name + "="))?.slice(name.length + 1);

  /* --- text kept in this browser tab, for the person who typed it --- */

  const keyOf = (form) =>
    KEEP + (form.dataset.autosave || form.getAttribute("action") || location.pathname);

  const valuesOf = (form) =>
    [...form.elements].filter((f) => f.name && f.name !== "csrfmiddlewaretoken" &&
      !["file", "password", "hidden", "submit", "button"].includes(f.type) && f.tagName !== "FIELDSET")
      .map((f) => [f.name, f.value, ["checkbox", "radio"].includes(f.type) ? f.checked : null]);

  const keep = (form, sent = false) => {
    try {
      store.setItem(OWNER, user);
      store.setItem(keyOf(form), JSON.stringify({ path: location.pathname, sent, values: valuesOf(form) }));
    } catch { /* storage full or forbidden: the server's draft remains */ }
  };
  const drop = (form) => store.removeItem(keyOf(form));
  const dropAll = () => Object.keys(store).filter((k) => k.startsWith(KEEP)).forEach((k) => store.removeItem(k));

  const putBack = (form) => {
    const kept = JSON.parse(store.getItem(keyOf(form)) ?? "null");
    if (!kept) return;
    const fields = [...form.elements].filter((f) => f.name);
    let changed = false;
    const used = new Map();
    for (const [name, value, checked] of kept.values) {
      if (checked === null) {
        const turn = used.get(name) ?? 0;
        used.set(name, turn + 1);
        const field = fields.filter((f) => f.name === name)[turn];
        if (field && field.value !== value) { field.value = value; changed = true; }
      } else {
        const field = fields.find((f) => f.name === name && f.value === value);
        if (field && field.checked !== checked) { field.checked = checked; changed = true; }
      }
    }
    if (!changed) return drop(form);
    const notice = document.createElement("div");
    notice.className = "note note-brand";
    notice.setAttribute("role", "status");
    const text = document.createElement("p");
    text.className = "note-body";
    text.textContent = words.restored + " ";
    const undo = document.createElement("button");
    undo.type = "button";
    undo.className = "btn btn-sm";
    undo.textContent = words.drop;
    undo.addEventListener("click", () => { drop(form); leaving = true; location.reload(); });
    notice.append(text, undo);
    form.prepend(notice);
    if (form.dataset.autosave !== undefined) soon(form);
  };

  /* --- saving by itself --- */

  const unsaved = new Set();
  const timers = new WeakMap();
  let leaving = false;

  const place = (form) =>
    form.querySelector("[data-autosave-state]") ?? document.querySelector("[data-autosave-state]");

  const say = (form, text, link) => {
    const box = place(form);
    if (!box) return;
    const span = document.createElement("span");
    span.className = "saved saved-wait";
    span.textContent = text + (link ? " " : "");
    if (link) {
      const a = document.createElement("a");
      a.href = words.loginUrl + "?next=" + encodeURIComponent(location.pathname + location.search);
      a.textContent = words.login;
      a.addEventListener("click", () => { leaving = true; });
      span.append(a);
    }
    box.replaceChildren(span);
  };

  const save = (form) => {
    const box = place(form);
    if (!window.htmx || !box || form.dataset.sending) return;
    const round = (form._round = (form._round ?? 0) + 1);
    say(form, words.saving);
    window.htmx.ajax("POST", form.dataset.autosave, { source: form, target: box, swap: "innerHTML" })
      .catch(() => undefined)
      .finally(() => {
        const ok = form._answer === "ok";
        form._answer = undefined;
        if (ok && form._round === round && !timers.has(form)) { unsaved.delete(form); drop(form); }
        else if (!ok && !form._expired) later(form, 15000);
      });
  };
  const later = (form, wait) => {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => { timers.delete(form); save(form); }, wait));
  };
  const soon = (form) => { unsaved.add(form); keep(form); form._expired = false; later(form, TYPING); };

  const isLogin = (xhr) => words.loginUrl && xhr.responseURL &&
    new URL(xhr.responseURL).pathname === words.loginUrl;

  document.addEventListener("htmx:configRequest", (event) => {
    const token = cookie("csrftoken");
    if (!token || event.detail.verb === "get") return;
    event.detail.headers["X-CSRFToken"] = token;
    if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt } = event.detail;
    const form = elt.closest?.("form");
    if (isLogin(xhr) && page !== "login") {
      event.detail.shouldSwap = false;
      if (form) { form._expired = true; keep(form); say(form, words.expired, true); }
      else notify(words.expired, true);
    } else if (form && xhr.status < 300) form._answer = "ok";
  });
  const failed = (event, text) => {
    const form = event.detail.elt?.closest?.("form");
    if (form && form.dataset.autosave !== undefined) say(form, words.unsaved);
    else if (event.detail.elt?.closest?.(".nav-main") === null) notify(text);
  };
  document.addEventListener("htmx:responseError", (event) => failed(event, words.failed));
  document.addEventListener("htmx:sendError", (event) => failed(event, words.offline));
  document.addEventListener("htmx:timeout", (event) => failed(event, words.offline));

  const notify = (text, link) => {
    const box = document.getElementById("messages");
    if (!box) return;
    const note = document.createElement("div");
    note.className = "note note-caution";
    note.textContent = text + " ";
    if (link) {
      const a = document.createElement("a");
      a.href = words.loginUrl + "?next=" + encodeURIComponent(location.pathname + location.search);
      a.textContent = words.login;
      note.append(a);
    }
    box.className = "messages";
    box.replaceChildren(note);
  };

  /* --- forms --- */

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || event.target.type === "file") return;
    if (form.dataset.autosave !== undefined) soon(form);
    else if (form.dataset.keep !== undefined) { unsaved.add(form); keep(form); }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sending) return event.preventDefault();
    if (form.dataset.forget !== undefined) dropAll();
    const token = cookie("csrftoken");
    if (token && form.elements.csrfmiddlewaretoken) form.elements.csrfmiddlewaretoken.value = token;
    clearTimeout(timers.get(form));
    if (form.dataset.autosave !== undefined || form.dataset.keep !== undefined) keep(form, true);
    leaving = true;
    if (form.hasAttribute("hx-post")) return;
    form.dataset.sending = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => { delete form.dataset.sending; event.submitter?.removeAttribute("aria-busy"); }, 20000);
  });
  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted) document.querySelectorAll("[data-sending]").forEach((f) => delete f.dataset.sending);
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved.size && !leaving) event.preventDefault();
  });

  /* A new page that is no login and no error means that what was sent has arrived; one that was
     gone back to or loaded again does not. */
  const how = performance.getEntriesByType("navigation")[0]?.type;
  const arrived = page === "page" && how !== "back_forward" && how !== "reload";
  if (user && store.getItem(OWNER) !== null && store.getItem(OWNER) !== user) dropAll();
  for (const key of Object.keys(store).filter((k) => k.startsWith(KEEP))) {
    const kept = JSON.parse(store.getItem(key));
    if (!kept.sent) continue;
    if (arrived) store.removeItem(key);
    else store.setItem(key, JSON.stringify({ ...kept, sent: false }));
  }
  if (page === "page") document.querySelectorAll("form[data-autosave], form[data-keep]").forEach(putBack);

  /* --- small comforts --- */

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-inert]")) event.preventDefault();
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const shut = event.target.closest("[data-shut]")?.closest("details");
    if (shut) { shut.open = false; shut.querySelector("summary")?.focus(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest("details.menu[open], details.reveal[open]");
    if (menu) { menu.open = false; menu.querySelector("summary")?.focus(); }
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.reveal[open]")) {
      event.target.querySelector(".reveal-body :is(textarea, input:not([type=hidden]), select)")?.focus();
    }
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-switch]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    fetch(form.action, { method: "POST", redirect: "manual", credentials: "same-origin",
      body: new URLSearchParams({ theme }), headers: { "X-CSRFToken": cookie("csrftoken") ?? "" } });
    document.documentElement.dataset.bsTheme = theme;
    document.getElementById("dark").media =
      { dark: "all", light: "not all", auto: "(prefers-color-scheme: dark)" }[theme];
    form.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(b === event.submitter)));
  }, true);
  document.querySelector("[data-autofocus]")?.focus();
})();
