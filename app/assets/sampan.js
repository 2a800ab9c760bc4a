// Everything works without this script; it only makes a poor connection kinder.
// A form with data-keep="name"
//  - keeps what is typed on this device until the server has it;
//  - is sent without leaving the page, and the part of the page it belongs to is replaced by the server's own markup;
//  - waits here when the link is lost, says so, and is sent when the link is back; what the server will not have is shown, to copy or try again.
// Several people share a device, so all of it has an owner, whom the foot of each page (#keeper) names; kernel/web/web_owner.c says of whom
// there are which. A form with data-leaves asks first when something waits.
"use strict";
(() => {
  const words = document.body.dataset, said = document.getElementById("keeper").dataset;      // texts come translated from the page
  const store = {
    get: key => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => {
      try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { /* full or forbidden: the page still works */ }
    },
    keys: () => { try { return Object.keys(localStorage); } catch { return []; } },
  };
  const here = () => location.pathname;
  const parse = async reply => new DOMParser().parseFromString(await reply.text(), "text/html");
  const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);

  // ---- whose it is ----------------------------------------------------------------------------------------------------------
  let owner = "";
  const draftKey = keep => `draft ${owner} ${keep}`;
  const queue = () => store.get(`unsent ${owner}`) || [];
  const ownerOf = key => (key.match(/^(?:draft|unsent) (\S*)/) || [])[1];
  const kept = whose => store.keys().filter(key => ownerOf(key) === whose);
  const drop = whose => kept(whose).forEach(key => store.set(key, null));

  function move(from, to) {
    const waiting = [...(store.get(`unsent ${to}`) || []), ...(store.get(`unsent ${from}`) || [])];
    for (const key of kept(from)) {
      if (key.startsWith("draft ")) store.set(key.replace(` ${from} `, ` ${to} `), store.get(key));
      store.set(key, null);
    }
    if (waiting.length) store.set(`unsent ${to}`, waiting);
  }

  // Of a visitor whose cookie is gone nobody can be shown to be her: what is half typed goes. So it does where a session was only for today.
  const outlives = key => {
    const whose = ownerOf(key);
    return whose === undefined || whose === owner || key.startsWith("unsent ") || whose[0] === "p";
  };

  // A page that does not say who this is (the database was away) changes nothing.
  function hear(page) {
    const told = page.getElementById("keeper")?.dataset;
    if (told?.owner === undefined) return;
    owner = told.owner;
    if (told.along && owner) move(told.along, owner);
    if (told.forget) for (const sort of "pt") drop(sort + told.forget.slice(1));
    store.keys().filter(key => !outlives(key)).forEach(key => store.set(key, null));
    store.set("owner", owner || "nobody");
  }

  // Other pages that are open show nobody's words but hers.
  addEventListener("storage", event => { if (event.key === "owner" && owner && store.get("owner") !== owner) location.reload(); });

  hear(document);
  const gone = document.querySelector("[data-forget]:not(#keeper)")?.dataset.forget;       // who has erased herself
  if (gone) for (const sort of "pt") drop(sort + gone.slice(1));

  // ---- what is half typed ------------------------------------------------------------------------------------------------------
  const typed = form => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["hidden", "password"].includes(form.elements[name]?.type));

  function restore(form) {
    const draft = store.get(draftKey(form.dataset.keep));
    if (!draft) return;
    for (const field of form.elements) {
      const values = draft.pairs.filter(([name]) => name === field.name).map(pair => pair[1]);
      if (!values.length || ["hidden", "password", "file"].includes(field.type)) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
      else field.value = values[0];
    }
  }

  // ---- what is said about it ---------------------------------------------------------------------------------------------------
  function say(form, text, waits) {
    let line = form.querySelector(".sending");
    if (!line) {
      line = make("p", "");
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
      bar = make("p", words.offline, { className: "offline" });
      bar.setAttribute("role", "status");
      document.body.append(bar);
    }
  }

  // A box at the head of the page: a sentence, what it is about, and what can be done; each deed takes the box away.
  function box(id, sentence, about, deeds) {
    document.getElementById(id)?.remove();
    const frame = make("section", "", { id, className: "problems keeps" }), row = make("p", "", { className: "actions" });
    frame.setAttribute("role", "status");
    frame.append(make("p", sentence), ...about, row);
    for (const [label, deed] of deeds)
      row.append(make("button", label, { type: "button", className: "quiet", onclick: () => { if (deed(frame) !== false) frame.remove(); } }));
    document.querySelector("main").prepend(frame);
    return frame;
  }

  function copy(frame) {
    const area = frame.querySelector("textarea");
    area.select();
    document.execCommand("copy");                     // the clipboard of today is there over TLS alone
    frame.querySelector("p").textContent = said.copied;
    return false;
  }

  function showStuck() {
    for (const entry of queue().filter(e => e.stuck && !document.getElementById(`stuck-${e.n}`)))
      box(`stuck-${entry.n}`, `${said.stuck} ${entry.title}. ${entry.stuck}`, [make("textarea", entry.shown.join("\n"), { readOnly: true, rows: 3, ariaLabel: entry.title })],
        [[said.copy, copy], [said.again, () => { put(entry, { stuck: "", wait: 0 }); flush(); }], [said.drop, () => put(entry)]]);
  }

  function showFound() {
    for (const key of owner ? store.keys().filter(key => key.startsWith("unsent v") && ownerOf(key) !== owner) : []) {
      const [first] = store.get(key) || [{ title: "" }];
      box("found", said.found.replace("{title}", first.title), [],
        [[said.yes, () => { move(ownerOf(key), owner); flush(); }], [said.no, () => store.set(key, null)]]);
    }
  }

  // ---- sending -----------------------------------------------------------------------------------------------------------------
  // An entry of the queue in another state; without one it is done with.
  function put(entry, change) {
    const others = queue().filter(e => e.n !== entry.n), all = change ? [...others, { ...entry, ...change }] : others;
    store.set(`unsent ${owner}`, all.length ? all : null);
  }

  async function post(entry, token) {
    const pairs = entry.pairs.map(([name, value]) => [name, name === "_csrf" && token ? token : value]);
    const reply = await fetch(entry.action, { method: "POST", body: new URLSearchParams(pairs), headers: { Accept: "text/html" } });
    const page = await parse(reply), ours = Boolean(page.getElementById("keeper"));
    const later = !ours || reply.status === 429 || reply.status >= 500;                  // somebody else's page, or none of ours for now
    return { reply, page, later, wait: 1000 * Math.min(3600, Number(reply.headers.get("retry-after")) || 5) };
  }

  // Only of a page that says that she is still here: what she typed is never sent as what another said.
  async function freshToken(entry) {
    const page = await parse(await fetch(entry.at, { headers: { Accept: "text/html" } })), now = page.getElementById("keeper")?.dataset.owner;
    if (now !== undefined && now !== owner) throw Object.assign(new Error("somebody else is here"), { gone: true });
    return now && page.querySelector("[name=_csrf]")?.value;
  }

  async function deliver(entry) {
    const got = await post(entry), token = got.reply.status === 403 && !got.later ? await freshToken(entry) : "";
    return token ? post(entry, token) : got;
  }

  let path = here();                                  // of what is shown

  function show(id, reply, page) {
    const old = id && document.getElementById(id), fresh = id && page.getElementById(id);
    if (old && fresh) {
      old.replaceWith(document.adoptNode(fresh));
      document.querySelectorAll("[data-refresh]").forEach(el => { const now = page.getElementById(el.id); if (now) el.replaceWith(document.adoptNode(now)); });
    } else {
      document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
      document.title = page.title;
      history.pushState(null, "", reply.url);
      path = here();
      scrollTo(0, 0);
    }
    const shown = (old && fresh && document.getElementById(id)) || document.querySelector("main");
    shown.querySelectorAll("form[data-keep]").forEach(dress);
    const first = shown.querySelector(".error, .feedback, [role=status], h1");
    if (first) { first.tabIndex = -1; first.focus({ preventScroll: Boolean(old && fresh) }); }
  }

  function sent(entry, { reply, page }) {
    put(entry);
    if (reply.ok) store.set(draftKey(entry.keep), null);
    hear(page);
    if (entry.at === here()) show(entry.id, reply, page);
  }

  async function send(form, button) {
    const pairs = [...new FormData(form), ...(button?.name ? [[button.name, button.value]] : [])];
    const entry = { n: Date.now(), keep: form.dataset.keep, action: form.getAttribute("action"), pairs, id: form.closest("[id]:not(main)")?.id,
                    at: here(), title: document.title.split(" · ")[0], shown: typed(form).map(pair => pair[1]).filter(Boolean) };
    say(form, words.sending, false);
    try {
      const got = await deliver(entry);
      if (got.later) throw Object.assign(new Error("not now"), got);
      sent(entry, got);
      offline(false);
    } catch (error) {
      queue().filter(e => e.keep === entry.keep).forEach(e => put(e));
      put(entry, { wait: error.later ? Date.now() + error.wait : 0 });
      say(form, error.later ? words.later : words.unsent, true);
      if (error.gone) location.reload();
      else offline(!error.later);
    }
  }

  async function sendAgain(entry) {
    const got = await deliver(entry), line = got.page.querySelector(".problems, .error, main p, h1");
    if (got.later) put(entry, { wait: Date.now() + got.wait });
    else if (got.reply.ok || (entry.at === here() && got.reply.status !== 403)) sent(entry, got);
    else put(entry, { stuck: line?.textContent.trim() || `${got.reply.status}` });
  }

  // One page of several that are open does it.
  const taken = () => { const before = store.get("sending") || 0; return before > Date.now() - 20000 && before <= Date.now(); };

  let busy = false;
  async function flush() {
    const due = () => queue().filter(entry => !entry.stuck && !(entry.wait > Date.now()));
    if (busy || !owner || !due().length || taken()) return;
    busy = true;
    try {
      for (let entry, n = 0; (entry = due()[0]) && n < 100; n++) {
        store.set("sending", Date.now());
        await sendAgain(entry);
      }
      offline(false);
    } catch (error) {
      if (error.gone) location.reload();
      else offline(true);
    }
    store.set("sending", null);
    busy = false;
    showStuck();
  }

  function dress(form) {
    restore(form);
    form.addEventListener("input", () => store.set(draftKey(form.dataset.keep), { title: document.title.split(" · ")[0], pairs: typed(form) }));
    form.addEventListener("submit", event => { event.preventDefault(); send(form, event.submitter); });
  }

  // ---- leaving this device, and coming to it ----------------------------------------------------------------------------------------
  function leave(event) {
    const form = event.target, ask = form.dataset.leaves === "";
    if (ask && queue().length) {
      event.preventDefault();
      box("leaving", said.waits, [],
        [[said.first, () => { queue().forEach(e => put(e, { stuck: "", wait: 0 })); flush(); }],
         [said.leave, () => { drop(owner); form.submit(); }]]).scrollIntoView();
    } else if (!ask) drop(owner);
  }

  // Whoever signs in is asked whose half written words these are, also where nothing was saved.
  function tellOfDrafts(question) {
    for (const key of kept(owner)) {
      const found = store.get(key), title = key.startsWith("draft ") ? found?.title : found?.[0]?.title;
      question.querySelector("ul").append(make("li", said.draft.replace("{title}", title || "")));
      question.hidden = false;
    }
  }

  // A session that idleness ends: whoever types is here; when nobody is, the page goes too.
  function watch(idle) {
    let used = Date.now(), told = used;
    const use = () => {
      used = Date.now();
      if (used - told > idle / 4) { told = used; fetch(location.href, { method: "HEAD" }).catch(() => {}); }
    };
    for (const kind of ["input", "keydown", "pointerdown", "scroll"]) addEventListener(kind, use, { passive: true });
    setInterval(() => { if (Date.now() - used > idle) location.reload(); }, 5000);
  }

  document.querySelectorAll("form[data-keep]").forEach(dress);
  document.querySelectorAll(".work").forEach(tellOfDrafts);
  document.addEventListener("submit", event => { if (event.target.dataset.leaves !== undefined) leave(event); });
  if (said.idle) watch(1000 * said.idle);
  addEventListener("popstate", () => { if (here() !== path) location.reload(); });    // a jump within the page is one too
  document.addEventListener("click", event => event.target.closest(".contents a")?.closest("details").removeAttribute("open"));
  addEventListener("online", flush);
  addEventListener("offline", () => offline(true));
  setInterval(flush, 15000);
  if (!navigator.onLine) offline(true);
  showStuck();
  showFound();
  flush();
})();
