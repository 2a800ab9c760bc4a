// Everything works without this script; it only makes a poor connection kinder.
// A form with data-keep="name"
//  - keeps what is typed on this device until the server has it;
//  - is sent without leaving the page, and the part of the page it belongs to is replaced by the server's own markup;
//  - waits here when the link is lost, says so, and is sent when the link is back.
"use strict";
(() => {
  const words = document.body.dataset;              // texts come translated from the page
  const store = {
    get: key => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { /* full or forbidden: the page still works */ } },
    keys: () => { try { return Object.keys(localStorage); } catch { return []; } },
  };
  let owner = store.get("owner") || "";             // differs for each person: on a shared phone nobody finds another's words
  const draftKey = form => `draft ${owner} ${form.dataset.keep}`;
  const typed = form => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["hidden", "password"].includes(form.elements[name]?.type));

  function restore(form) {
    const draft = store.get(draftKey(form));
    if (!draft) return;
    for (const field of form.elements) {
      const values = draft.filter(([name]) => name === field.name).map(pair => pair[1]);
      if (!values.length || ["hidden", "password", "file"].includes(field.type)) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else field.value = values[0];
    }
  }

  const queueKey = () => `unsent ${owner}`;
  const queue = () => store.get(queueKey()) || [];

  // A visitor becomes a person by the first thing she saves, by an account, or by signing in. What she typed before that goes with her.
  function nowOwnedBy(next) {
    if (!next || next === owner) return;
    const waiting = queue();
    store.set(queueKey(), null);
    for (const key of store.keys().filter(key => key.startsWith(`draft ${owner} `))) {
      store.set(key.replace(`draft ${owner} `, `draft ${next} `), store.get(key));
      store.set(key, null);
    }
    owner = next;
    store.set("owner", owner);
    if (waiting.length) store.set(queueKey(), [...queue(), ...waiting]);
  }

  if (words.owner) nowOwnedBy(words.owner);
  else store.set("owner", owner = "");

  function say(form, text, waits) {
    let line = form.querySelector(".sending");
    if (!line) {
      line = document.createElement("p");
      line.setAttribute("role", "status");
      form.append(line);
    }
    line.className = waits ? "sending saved unsent" : "sending saved";
    line.textContent = text;
  }

  function offline(on) {
    let bar = document.querySelector(".offline");
    if (!on) bar?.remove();
    else if (!bar) {
      bar = document.createElement("p");
      bar.className = "offline";
      bar.setAttribute("role", "status");
      bar.textContent = words.offline;
      document.body.append(bar);
    }
  }

  async function post(action, pairs) {
    const reply = await fetch(action, { method: "POST", body: new URLSearchParams(pairs), headers: { Accept: "text/html" } });
    if (reply.status >= 502) throw Object.assign(new Error("nobody behind the door"), { later: true });      // the link is there
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    return { reply, page };
  }

  // Who has erased herself leaves no draft on a shared phone, and no other page of hers open.
  const gone = document.querySelector("[data-forget]")?.dataset.forget;
  if (gone) for (const key of store.keys()) if (key.startsWith(`draft ${gone} `) || key === `unsent ${gone}`) store.set(key, null);
  if (gone) store.set("gone", gone);
  addEventListener("storage", event => { if (event.key === "gone" && store.get("gone") === owner) location.reload(); });

  let path = location.pathname;                     // of what is shown

  function show(id, reply, page) {
    const old = id && document.getElementById(id), fresh = id && page.getElementById(id);
    if (old && fresh) {
      old.replaceWith(document.adoptNode(fresh));
      document.querySelectorAll("[data-refresh]").forEach(el => { const now = page.getElementById(el.id); if (now) el.replaceWith(document.adoptNode(now)); });
    } else {
      document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
      document.title = page.title;
      history.pushState(null, "", reply.url);
      path = location.pathname;
      scrollTo(0, 0);
    }
    const shown = (old && fresh && document.getElementById(id)) || document.querySelector("main");
    shown.querySelectorAll("form[data-keep]").forEach(dress);
    const first = shown.querySelector(".error, .feedback, [role=status], h1");
    if (first) { first.tabIndex = -1; first.focus({ preventScroll: Boolean(old && fresh) }); }
  }

  async function send(form) {
    const id = form.closest("[id]:not(main)")?.id, action = form.getAttribute("action"), pairs = [...new FormData(form)];
    say(form, words.sending, false);
    try {
      const { reply, page } = await post(action, pairs);
      if (reply.ok) store.set(draftKey(form), null);
      nowOwnedBy(page.body.dataset.owner);
      show(id, reply, page);
      offline(false);
    } catch (error) {
      store.set(queueKey(), [...queue().filter(q => q.keep !== form.dataset.keep), { keep: form.dataset.keep, action, pairs, id, at: location.pathname }]);
      say(form, error.later ? words.later : words.unsent, true);
      offline(!error.later);
    }
  }

  let busy = false;
  async function flush() {
    if (busy || !queue().length) return;
    busy = true;
    try {
      while (queue().length) {
        const [next, ...rest] = queue();
        const { reply, page } = await post(next.action, next.pairs);
        store.set(queueKey(), rest.length ? rest : null);
        if (reply.ok) store.set(`draft ${owner} ${next.keep}`, null);
        nowOwnedBy(page.body.dataset.owner);
        if (next.at === location.pathname) show(next.id, reply, page);
      }
      offline(false);
    } catch (error) { offline(!error.later); }
    busy = false;
  }

  function dress(form) {
    restore(form);
    form.addEventListener("input", () => store.set(draftKey(form), typed(form)));
    form.addEventListener("submit", event => { event.preventDefault(); send(form); });
  }

  document.querySelectorAll("form[data-keep]").forEach(dress);
  addEventListener("popstate", () => { if (location.pathname !== path) location.reload(); });    // a jump within the page is one too
  document.addEventListener("click", event => event.target.closest(".contents a")?.closest("details").removeAttribute("open"));
  addEventListener("online", flush);
  addEventListener("offline", () => offline(true));
  setInterval(flush, 15000);
  if (!navigator.onLine) offline(true);
  flush();
})();
