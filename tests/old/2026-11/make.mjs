// make - how this installation was made. For the record: it runs only against the program of November 2026 (commit 6469356); a
// newer one has other pages and other tables, and what it made would be no old installation.
//
//   node make.mjs sqlite PROGRAM
//   node make.mjs postgres PROGRAM URL        after sqlite, whose key it takes; URL "host=… user=…", a server of ours (script/postgres)
//
// People learn over HTTP, through the forms that everybody sees. The program lives three times: with the first edition of the
// content until the power is cut, with the second until a clean stop, and once more, with a new member of staff, to say what it
// knows. Over PostgreSQL two processes serve side by side in the second life.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client, forms } from "../../e2e/client.mjs";
import { LESSONS, here, language, page, pages, psql, records, serve, visitor } from "./look.mjs";

const PORTS = [18190, 18191];
const [, , engine, program, server = ""] = process.argv;
const PHONE = "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
const LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";
const [ONE, TWO, THREE] = LESSONS, GONE = "trial/first/gone", BEFORE = "trial/before";

// ---- a person at a device -------------------------------------------------------------------------------------------------

const wait = ms => new Promise(go => setTimeout(go, ms));
const clean = text => text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name) => ({ lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" })[name]);
const named = (tag, name) => { const m = tag.match(new RegExp(`\\s${name}="([^"]*)"`)); return m ? clean(m[1]) : undefined; };

// What a browser would send of a form as it stands, without its buttons.
function filled(inside) {
  const sent = {};
  for (const [tag] of inside.matchAll(/<input\b[^>]*>/g)) {
    const type = named(tag, "type");
    if (!["radio", "checkbox"].includes(type) || /\schecked/.test(tag)) sent[named(tag, "name")] = named(tag, "value") ?? "";
  }
  for (const [, tag, text] of inside.matchAll(/<textarea\b([^>]*)>\n?([\s\S]*?)<\/textarea>/g)) sent[named(tag, "name")] = clean(text);
  for (const [, tag, options] of inside.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
    const all = [...options.matchAll(/<option\b[^>]*>/g)].map(([option]) => option);
    sent[named(tag, "name")] = named(all.find(option => /\sselected/.test(option)) ?? all[0], "value");
  }
  return sent;
}

class Device extends Client {
  constructor(url, { agent = PHONE, language = "en" } = {}) {
    super(url);
    this.about = { "User-Agent": agent, "Accept-Language": language };
  }

  async request(address, options = {}) {
    await wait(15);      // no two things happen in the same millisecond
    return super.request(address, { ...options, headers: { ...this.about, ...options.headers } });
  }

  // Fills in the form of a page that `is` finds, and sends it.
  async send(address, is, values = {}, status = 303) {
    const shown = await this.get(address);
    const form = forms(shown.html).find(is);
    if (!form) throw new Error(`${address} (${shown.status}) has no such form`);
    const fields = { ...filled(form.inside), ...values };
    const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map(one => [name, String(one)]));
    const reply = await this.post(form.action, pairs);
    if (reply.status !== status) throw new Error(`${form.action}: ${reply.status} and not ${status}\n${reply.html.match(/<div class="problems"[\s\S]*?<\/div>/)?.[0] ?? ""}`);
    return reply;
  }

  // given: [2] chooses, { f1: "7.5" } fills in. Choices and steps are numbered as their author wrote them.
  answer(set, question, given, values = {}) {
    const fields = Array.isArray(given) ? { choice: given } : given;
    return this.send(`/learn/${set}${set === BEFORE ? "" : "/questions"}`, f => f.hidden.question === question, { ...fields, ...values });
  }

  task(lesson, values, status) { return this.send(`/learn/${lesson}/task`, f => f.action === `/learn/${lesson}/answers`, values, status); }
  complete(lesson, status) { return this.send(`/learn/${lesson}`, f => f.action === `/learn/${lesson}/completion`, {}, status); }
  enrol(name, login, password) { return this.send("/people/account/new", f => f.action === "/people/account", { name, login, password }); }
  signIn(login, password, status) { return this.send("/people/session/new", f => f.action === "/people/session", { login, password }, status); }
  signOut() { return this.send("/people", f => f.action === "/people/session"); }
  mine(action, values, status) { return this.send("/people", f => f.action === action, values, status); }
  async note(body) { return (await this.send("/example", f => f.action === "/example", { body })).location; }
  mark(note) { return this.send(note, f => f.action === `${note}/completion`); }      // done, or not done after all
}

// ---- what they write ------------------------------------------------------------------------------------------------------

const SCRIPTS = [
  "ไทย: ข้าวเกรียบกุ้ง ๑๒ ซอง น้ำหนักสุทธิ",
  "中文：虾片十二包，净重四百克。海关编码 190590",
  "العربية: رقائق الأرز، ١٢ كيسًا، صُنعت في تايلاند",
  "Tiếng Việt: thuế quan, Khmer: គ្រាប់, emoji: 👩‍🌾🚢🇹🇭 and a composed é beside e\u0301",
  `"double", 'single', “curly”, \\backslash\\, \\n is no new line, C:\\tea\\new, {"json": "\\u0041"}, <b>&amp;</b>, 100 %s %00; -- ' OR 1=1`,
].join("\n");
const LONG = `How I packed it:\n${"วางถุงชาในกล่องแล้วปิดฝาให้สนิท ".repeat(140)}`.slice(0, 3900);
const ANA = ["Ana", "ana@example.org", "correct horse battery"], BO = ["Bo", "bo@example.org", "three red boats"];
const DEE = ["Dee", "dee@example.org", "four blue boats"], GITA = ["Gita", "+66 (0) 81-234 5678", "five green boats"];
const FARID = ["Farid Haddad", "farid@example.org", "three small boats"], FARID_NEW = "six yellow boats";

// ---- the first life -------------------------------------------------------------------------------------------------------

async function firstLife(url, crew) {
  const { a, c, bo, dee, farid } = Object.assign(crew, {
    a: new Device(url), c: new Device(url, { language: "ar" }), bo: new Device(url), dee: new Device(url, { agent: LAPTOP }), farid: new Device(url),
  });
  // guest A: the test before the module, then the first lesson, wrong and right
  await a.answer(BEFORE, "wet", [1]);
  await a.answer(BEFORE, "heavy", [2]);
  await a.answer(BEFORE, "bags", { f1: "1,2 kg" });
  await a.answer(BEFORE, "empty-room", [2]);
  await a.answer(BEFORE, "first-last", { f1: 1, f2: 3, f3: 2 });
  await a.answer(ONE, "corners", [2]);
  await a.answer(ONE, "corners", [1]);
  await a.answer(ONE, "scale", [2]);
  await a.answer(ONE, "scale", [1]);
  await a.answer(ONE, "knot", [2]);
  await a.answer(ONE, "label", [1, 3]);
  await a.answer(ONE, "sum", { f1: "7" });
  await a.answer(ONE, "sum", { f1: "7.50 kg" });
  await a.task(ONE, { "trial.name": "Rice crackers \"Ana's\"", "trial.weight": "99" }, 422);      // beyond the range: refused
  await a.task(ONE, {
    "trial.name": "Rice crackers \"Ana's\" \\ 100 g", "trial.weight": "2.5", "trial.price": "4.5", "trial.price_currency": "THB",
    "trial.colour": "green, like leaves", "trial.size": "7", "trial.place": "KR", "trial.day": "2027-02-28", "trial.steps": "too short",
    "trial.maker": "My sister",
  });
  await a.complete(ONE, 422);
  // guest C reads Arabic, then English, is wrong once, writes a line, and was last in a lesson that is no longer there
  await c.answer(ONE, "corners", [2]);
  await c.task(ONE, { "trial.name": "رقائق الأرز ١٢ كيسًا" });
  await c.send("/people", f => f.action === "/people/language", { lang: "en" });
  await c.answer(GONE, "a", [1]);
  // Bo has an account from the beginning
  await bo.enrol(...BO);
  await bo.answer(ONE, "corners", [2]);
  await bo.answer(ONE, "scale", [3]);
  await bo.answer(ONE, "sum", { f1: "7.4" });
  await bo.task(ONE, { "trial.name": "Bo's tea", "trial.price": "12.50", "trial.price_currency": "EUR" });
  await bo.answer(GONE, "b", [2]);
  // Dee too; all of hers will be erased
  await dee.enrol(...DEE);
  await dee.answer(ONE, "corners", [1]);
  await dee.task(ONE, { "trial.name": "Dee's secret spice", "trial.steps": "Nobody may read this after her erasure." });
  const note = await dee.note("Dee's first note");
  await dee.mark(note);
  await dee.note("Dee's second note");
  // somebody with two devices, who once mistypes his password
  await farid.enrol(...FARID);
  await farid.answer(ONE, "corners", [1]);
  const second = crew.second = new Device(url, { agent: LAPTOP });
  await second.signIn(FARID[1], "three smal boats", 422);
  await second.signIn(FARID[1], FARID[2]);
  // and somebody who signed out again, with a telephone number for a name
  const gita = new Device(url);
  await gita.enrol(...GITA);
  await gita.note("Gita's note");
  await gita.signOut();
}

// ---- the second life: another edition of the content ------------------------------------------------------------------------

async function secondLife(url, other, crew) {
  const { a, bo, dee, farid } = crew;
  a.url = dee.url = other;
  bo.url = farid.url = crew.c.url = url;
  // guest A goes on: a question was changed since, one is gone; she completes the lesson and makes an account
  await a.answer(ONE, "scale", [3]);
  await a.answer(ONE, "scale", [1]);
  await a.answer(ONE, "order", { f1: 2, f2: 1, f3: 3 });
  await a.answer(ONE, "order", { f1: 1, f2: 2, f3: 3 });
  await a.answer(ONE, "word", { f1: "Netto" });
  await a.answer(ONE, "word", { f1: " NET. " });
  await a.task(ONE, { "trial.steps": LONG });
  await a.complete(ONE);
  await a.enrol(...ANA);
  await a.answer(TWO, "a", [2]);
  await a.answer(TWO, "a", [1], { seen: "0" });           // a second tab that knew of no answer
  await a.answer(TWO, "a", [1]);                          // the same again is no new answer
  await a.answer(TWO, "pairs", { f1: 1, f2: 3 });
  await a.answer(TWO, "gap", { f1: "Gross", f2: 2 });
  await a.task(TWO, { "trial.name": "\"ชา\" 茶 شاي \\ 👩‍🌾 'chè' \\n", "trial.hs": "1905.90" });
  await a.task(ONE, { "trial.day": "" });                 // taken out again
  const notes = [];
  for (const text of ["Weigh ten bags", "Ask the carrier about dry ice", "Only an idea", SCRIPTS, `${SCRIPTS}\n`.repeat(9).slice(0, 1990)]) notes.push(await a.note(text));
  await a.mark(notes[0]);
  await a.mark(notes[1]);
  await a.mark(notes[1]);
  await a.mark(notes[3]);
  const laptop = crew.laptop = new Device(url, { agent: LAPTOP });
  await laptop.signIn(ANA[1].toUpperCase(), ANA[2]);

  // guest B, who is Bo on another device. Of some questions and lines the guest's word is the newer one, of others Bo's
  const b = crew.b = new Device(other, { agent: LAPTOP });
  await b.answer(ONE, "corners", [1]);                    // Bo was before: the guest's counts
  await b.answer(ONE, "scale", [2]);                      // Bo will be after: his counts
  await b.task(ONE, { "trial.name": "Rice crackers of the guest", "trial.weight": "3.1", "trial.day": "2027-03-15" });
  await bo.answer(ONE, "scale", [1]);
  await bo.task(ONE, { "trial.weight": "2.75" });
  for (const device of [b, bo]) {                         // both complete a lesson: the first time is the one that is kept
    for (const name of ["a", "b", "c"]) await device.answer(THREE, name, [1]);
    await device.answer(THREE, "pairs", { f1: 1, f2: 2 });
    await device.answer(THREE, "gap", { f1: "gross", f2: "nett" });
    await device.complete(THREE);
  }
  await b.signIn(BO[1], BO[2]);
  await b.answer(TWO, "b", [1]);
  // and Bo once more, as a guest in a library, who leaves again
  const library = new Device(url, { agent: LAPTOP, language: "zh" });
  await library.answer(TWO, "b", [2]);
  await library.signIn(BO[1], BO[2]);
  await library.signOut();

  // Dee was a guest too; then she erases all of it
  const guest = new Device(url);
  await guest.answer(ONE, "sum", { f1: "8" });
  await guest.task(ONE, { "trial.weight": "1.25" });
  await guest.signIn(DEE[1], DEE[2]);
  crew.ended = { "Dee erased her account": dee.cookies.get("sampan"), "Dee's other device": guest.cookies.get("sampan"), "Farid changed his password": crew.second.cookies.get("sampan") };
  await dee.mine("/people/account", { password: "wrong, by a slip" }, 422);
  await dee.mine("/people/account", { password: DEE[2] });

  // a new name, another language, a new password; the other device is signed out by that
  await farid.mine("/people/name", { name: "فريد حداد" });
  await farid.mine("/people/language", { lang: "ar" });
  await farid.mine("/people/password", { password: FARID[2], new_password: FARID_NEW });
  await farid.note("ملاحظة: اسأل الناقل عن الثلج الجاف");
  await farid.answer(ONE, "scale", [2]);
}

// ---- what is expected ----------------------------------------------------------------------------------------------------

const DERIVED = ["auth_person", "people_person", "people_alias", "quiz_try", "quiz_answer", "learn_answer", "learn_done", "learn_place", "example_note", "example_done"];
const OWN = ["auth_session", "auth_staff", "people_login", "quiz_set", "quiz_question", "quiz_version", "journal", "journal_node"];

function counts(ask) {
  const table = name => Number(ask(`SELECT count(*) FROM ${name}`));
  const list = sql => ask(sql).split("\n").filter(Boolean).map(line => line.split("|"));
  return {
    derived: Object.fromEntries(DERIVED.map(name => [name, table(name)])),
    other: Object.fromEntries(OWN.map(name => [name, table(name)])),
    kinds: Object.fromEntries(list("SELECT kind, count(*) FROM journal GROUP BY kind ORDER BY kind").map(([kind, n]) => [kind, Number(n)])),
    emptied: Object.fromEntries(list("SELECT kind, count(*) FROM journal WHERE body = '' GROUP BY kind ORDER BY kind").map(([kind, n]) => [kind, Number(n)])),
    nodes: list("SELECT node, count(*) FROM journal GROUP BY node ORDER BY node").map(([node, n]) => ({ node: Number(node), records: Number(n) })),
  };
}

async function told(url, crew, ask) {
  const at = list => list.split("|").map(Number);
  const [first, last] = at(ask("SELECT min(at) AS a, max(at) AS b FROM journal"));
  const people = {
    ana: { name: ANA[0], login: ANA[1], password: ANA[2], enters: true, staff: true, cookie: crew.a.cookies.get("sampan") },
    bo: { name: BO[0], login: BO[1], password: BO[2], enters: true, cookie: crew.bo.cookies.get("sampan"), cookie_that_was_guest_b: crew.b.cookies.get("sampan") },
    farid: { name: "فريد حداد", login: FARID[1], password: FARID_NEW, enters: true, cookie: crew.farid.cookies.get("sampan") },
    guest_c: { cookie: crew.c.cookies.get("sampan") },
    gita: { name: GITA[0], login: "+660812345678", password: GITA[2], enters: true },
  };
  for (const who of Object.values(people)) {
    who.id = who.login ? ask(`SELECT person FROM people_login WHERE login = '${who.login}'`).trim() : ask("SELECT id FROM people_person WHERE account = 0").trim();
    if (!who.cookie) continue;
    who.language = await language(url, who.cookie);
    who.records = await records(visitor(url, who.cookie));
    who.pages = {};
    for (const [address, part] of Object.entries(pages(who))) {
      who.pages[address] = await page(visitor(url, who.cookie), address, part);
      if (who.pages[address].status) throw new Error(`${address}: ${who.pages[address].status}`);
    }
  }
  return {
    what: "Each document is the part of a page's JSON that is about the person who asks; a newer program may say more. Times are ms since 1970.",
    program: "6469356, November 2026", engine, first_record_at: first, last_record_at: last,
    people,
    joined: Object.fromEntries(ask("SELECT id, person FROM people_alias ORDER BY id").split("\n").filter(Boolean).map(line => line.split("|"))),
    erased: ask("SELECT subject FROM journal WHERE kind = 'person.erased' ORDER BY id").split("\n").filter(Boolean),
    ended: crew.ended,
    nobody: [{ login: DEE[1], password: DEE[2] }, { login: FARID[1], password: FARID[2] }],
  };
}

// A page a line: `deep` levels are spread out, what is below stands in one line.
function inLines(value, deep, indent = "") {
  if (!deep || !value || typeof value !== "object" || Array.isArray(value)) return JSON.stringify(value);
  const inside = `${indent} `;
  return `{\n${Object.entries(value).map(([key, v]) => `${inside}${JSON.stringify(key)}: ${inLines(v, deep - 1, inside)}`).join(",\n")}\n${indent}}`;
}

// ---- making it ------------------------------------------------------------------------------------------------------------

const folder = mkdtempSync(path.join(tmpdir(), "sampan-make-"));
const data = path.join(folder, "data"), content = path.join(here, "content"), firstEdition = path.join(folder, "content");
const database = engine === "postgres" ? `${server} dbname=sampan_2026_11` : "";

function replaced(file, was, is) {
  const at = path.join(firstEdition, "standard/trial/first", file), text = readFileSync(at, "utf8");
  if (!text.includes(was)) throw new Error(`${file} does not say ${was}`);
  writeFileSync(at, text.replace(was, is));
}

function writeFirstEdition() {
  const first = path.join(firstEdition, "standard/trial/first");
  cpSync(content, firstEdition, { recursive: true });
  replaced("10-one.gift", "What is weighed at the post office?", "What is weighed?");
  replaced("10-one.gift", "::label::", "::knot:: A knot is better than tape. {F#It opens on the way.#Right.}\n\n::label::");
  replaced("10-one.md", "- trial.steps*", "- trial.maker: text(40) | Who made it? |\n- trial.steps*");
  for (const end of ["md", "gift"]) copyFileSync(path.join(first, `20-two.${end}`), path.join(first, `30-gone.${end}`));
  replaced("30-gone.md", "title: Weigh a box", "title: Carry a box");
}

function readTables() {
  if (engine === "postgres") return sql => psql(database, "-c", sql);
  const copy = path.join(folder, "copy.db");
  copyFileSync(path.join(data, "sampan.db"), copy);
  return sql => execFileSync("sqlite3", ["-readonly", copy, sql], { encoding: "utf8" });
}

const run = (...args) => execFileSync(program, args, { env: { PATH: process.env.PATH, SAMPAN_DATA: data, DATABASE_URL: database, SAMPAN_CONTENT: content }, encoding: "utf8" });
const pack = (from, to) => execFileSync("zstd", ["-19", "-qf", from, "-o", path.join(here, to)]);

async function live(content, n, story) {
  const servers = [];
  try {
    for (let i = 0; i < n; i++) servers.push(await serve(program, { port: PORTS[i], data, database, content }));
    await story(servers[0].url, servers[n - 1].url, servers);
  } finally {
    for (const one of servers) await one.stop();
  }
  for (const { log } of servers) if (/ (warn|error) (?!.*running as root)/.test(log)) throw new Error(log);
}

try {
  mkdirSync(data, { mode: 0o700 });
  if (engine === "postgres") {
    copyFileSync(path.join(here, "key"), path.join(data, "key"));      // so that one key is enough for both
    chmodSync(path.join(data, "key"), 0o600);
    psql(`${server} dbname=postgres`, "-c", "CREATE DATABASE sampan_2026_11");
  }
  writeFirstEdition();
  const crew = {};
  await live(firstEdition, 1, async (url, _, [one]) => {
    await firstLife(url, crew);
    await one.stop("SIGKILL");
  });
  await live(content, engine === "postgres" ? 2 : 1, (url, other) => secondLife(url, other, crew));
  run("people", "staff", ANA[1]);
  const ask = readTables();
  let expected;
  await live(content, 1, async url => { expected = await told(url, crew, ask); });
  expected.counts = counts(readTables());
  writeFileSync(path.join(here, engine === "sqlite" ? "expected.json" : "expected-postgres.json"), `${inLines(expected, 4)}\n`);
  console.log(`left in the data folder: ${readdirSync(data).join(" ")}`);
  if (engine === "sqlite") {
    pack(path.join(data, "sampan.db"), "sampan.db.zst");
    copyFileSync(path.join(data, "key"), path.join(here, "key"));
  } else {
    const dump = execFileSync("pg_dump", ["--no-owner", "--no-privileges", "-d", database], { encoding: "utf8", maxBuffer: 1 << 28 });
    const sql = path.join(folder, "postgres.sql");
    writeFileSync(sql, dump.replace(/^\\(un)?restrict .*\n/gm, ""));      // commands that older versions of psql do not know
    pack(sql, "postgres.sql.zst");
    psql(`${server} dbname=postgres`, "-c", "DROP DATABASE sampan_2026_11 WITH (FORCE)");
  }
} finally {
  rmSync(folder, { recursive: true });
}
