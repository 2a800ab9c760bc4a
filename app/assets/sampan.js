// Everything works without this script; it only makes a poor connection kinder.
//  - what you type is kept on this device until the server has it (data-keep: never passwords);
//  - a form with data-stay is sent without leaving the page, and the part of the page it belongs to is replaced;
//  - when the link is lost the form waits here, says so, and is sent when the link is back.
"use strict";
(() => {
  const words = document.body.dataset;                       // texts come translated from the page
  const store = {
    get: key => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { /* full or forbidden: the page still works */ } },
  };
  const owner = words.owner || "";                           // differs for each session: nobody finds another's drafts
  const draftKey = form => `draft ${owner} ${form.dataset.keep}`;
  const fields = form => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf");

  function restore(form) {
    const draft = store.get(draftKey(form));
    if (!draft) return;
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" || field.type === "password" || field.type === "file") continue;
      const values = draft.filter(([name]) => name === field.name).map(pair => pair[1]);
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
    }
  }

  // ---- sending, now or later ----
  const queueKey = `unsent ${owner}`;
  const queue = () => store.get(queueKey) || [];
  const say = (form, text, style) => {
    let line = form.querySelector(".sending");
    if (!line) { line = document.createElement("p"); line.className = "sending saved"; line.setAttribute("role", "status"); form.append(line); }
    line.textContent = text;
    line.classList.toggle("unsent", style === "unsent");
  };

  async function post(action, pairs) {
    const body = new URLSearchParams(pairs);
    const reply = await fetch(action, { method: "POST", body, credentials: "same-origin", headers: { Accept: "text/html" } });
    if (reply.status >= 502) throw new Error("no server behind the door");
    return { reply, page: new DOMParser().parseFromString(await reply.text(), "text/html") };
  }

  function showAgain(part, page) {
    const fresh = part && page.getElementById(part.id);
    if (!fresh) return false;
    part.replaceWith(document.importNode(fresh, true));
    const now = document.getElementById(part.id);
    now.querySelectorAll("form").forEach(dress);
    document.querySelectorAll("[data-refresh]").forEach(el => {
      const other = el.id && page.getElementById(el.id);
      if (other) el.replaceWith(document.importNode(other, true));
    });
    const line = now.querySelector("[role=status], .feedback, .error");
    if (line) { line.tabIndex = -1; line.focus({ preventScroll: true }); }
    return true;
  }

  async function send(form) {
    const part = form.closest("[id]");
    const pairs = [...new FormData(form)];
    const action = form.getAttribute("action");
    say(form, words.sending || "…");
    try {
      const { reply, page } = await post(action, pairs);
      store.set(draftKey(form), null);
      if (!showAgain(part, page)) location.assign(reply.url);
    } catch {
      store.set(queueKey, [...queue().filter(q => !(q.action === action && q.part === part?.id)), { action, pairs, part: part?.id, page: location.pathname }]);
      say(form, words.unsent, "unsent");
      offline(true);
    }
  }

  let flushing = false;
  async function flush() {
    if (flushing || !queue().length) return;
    flushing = true;
    try {
      while (queue().length) {
        const q = queue()[0];
        const { page } = await post(q.action, q.pairs);
        store.set(queueKey, queue().slice(1));
        if (q.page === location.pathname) showAgain(document.getElementById(q.part), page);
      }
      offline(false);
    } catch { offline(true); } finally { flushing = false; }
  }

  function offline(on) {
    let bar = document.querySelector(".offline");
    if (on && !bar) { bar = document.createElement("p"); bar.className = "offline"; bar.setAttribute("role", "status"); bar.textContent = words.offline; document.body.append(bar); }
    if (!on && bar) bar.remove();
  }

  function dress(form) {
    if (form.dataset.keep) {
      restore(form);
      form.addEventListener("input", () => store.set(draftKey(form), fields(form).filter(([name]) => form.elements[name]?.type !== "password")));
      if (!("stay" in form.dataset)) form.addEventListener("submit", () => store.set("sent " + draftKey(form), 1));
    }
    if ("stay" in form.dataset) form.addEventListener("submit", event => { event.preventDefault(); send(form); });
  }

  document.querySelectorAll("form").forEach(dress);
  addEventListener("online", flush);
  addEventListener("offline", () => offline(true));
  setInterval(flush, 15000);
  if (!navigator.onLine) offline(true);
  flush();
})();
