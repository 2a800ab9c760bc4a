// look - what an installation tells its people, and whether it is still what expected.json says.
//
//   node look.mjs sqlite [PROGRAM]            opens a copy of sampan.db with PROGRAM (build/sampan) and compares
//   node look.mjs postgres [PROGRAM] URL      restores postgres.sql.zst into a database of its own on that server; URL "host=… user=…"
//   …  rebuild                                the same, after `PROGRAM rebuild`
//
// Of each page only what is about the person is looked at. A newer program may say more; what stands in expected.json it must say.
// The last line is "N passed, N failed".
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client, forms } from "../../e2e/client.mjs";

export const here = path.dirname(fileURLToPath(import.meta.url));
export const LESSONS = ["trial/first/one", "trial/first/two", "trial/second/three"];
const TESTS = ["trial/before", "trial/after"];

// ---- the pages ------------------------------------------------------------------------------------------------------------

const some = (from, ...names) => Object.fromEntries(names.filter(name => from?.[name] !== undefined).map(name => [name, from[name]]));
const each = (list, ...names) => list.map(item => some(item, ...names));

const standing = s => some(s, "set", "questions", "answered", "right", "percent", "done");
const sheet = s => ({
  standing: standing(s.standing),
  questions: s.questions.map(q => ({
    name: q.name,
    ...(q.options && { options: each(q.options, "value", "chosen") }),
    ...(q.fields && { fields: each(q.fields, "number", "typed") }),
    ...(q.answer && { answer: some(q.answer, "id", "at", "tries", "score", "right", "changed") }),
  })),
});
const review = d => ({
  standing: standing(d.standing),
  questions: d.questions.map(q => ({ ...some(q, "name", "retired"), answers: each(q.answers, "id", "at", "response", "right", "earlier") })),
});
const statistics = d => ({
  questions: d.questions.map(s => ({ ...some(s, "name", "current", "retired", "people", "right_at_once", "tries"), counts: each(s.counts, "right", "n") })),
});

// Address -> which part of its JSON. `who`: what the person has.
export function pages(who) {
  const list = {
    "/learn": d => ({ v: { modules: each(d.v.modules, "key", "done"), stop: some(d.v.stop, "begun", "finished", "title", "href", "at"), ...some(d.v, "lessons", "done") } }),
    "/learn/done": d => ({ lessons: each(d.lessons, "lesson", "at") }),
    "/learn/trial": d => ({ v: { courses: each(d.v.courses, "key", "done"), before: standing(d.v.before), after: standing(d.v.after) } }),
  };
  for (const set of TESTS) {
    list[`/learn/${set}`] = d => ({ sheet: sheet(d.sheet) });
    list[`/quiz/review/${set}`] = review;
  }
  for (const lesson of LESSONS) {
    list[`/learn/${lesson}/questions`] = d => ({ sheet: sheet(d.sheet) });
    list[`/quiz/review/${lesson}`] = review;
    list[`/learn/${lesson}/task`] = d => ({
      v: {
        around: each(d.v.around, "key", "done", "at"), questions: standing(d.v.questions), task: each(d.v.task, "field", "value", "at"),
        done: d.v.done, rule: each(d.v.rule, "met"),
      },
    });
  }
  if (who.login) {
    list["/people"] = d => ({ name: d.name, login: d.login, sessions: each(d.sessions, "agent", "started", "seen", "here") });
    list["/example"] = d => ({ notes: each(d.notes, "id", "body", "written_at", "done") });
  }
  if (who.staff) {
    list["/learn/content"] = d => ({ packs: each(d.packs, "pack", "title", "language", "problem_n", "modules", "courses", "lessons", "questions") });
    for (const set of [...LESSONS, "trial/first/gone"]) list[`/quiz/statistics/${set}`] = statistics;
  }
  return list;
}

// A visitor with nothing but the cookie of a session.
export function visitor(url, cookie) {
  const client = new Client(url);
  if (cookie) client.cookies.set("sampan", cookie);
  return client;
}

export async function page(client, address, part) {
  const reply = await client.request(address, { headers: { Accept: "application/json" } });
  if (reply.status !== 200) return { status: reply.status };
  return part(JSON.parse(reply.html));
}

export async function language(url, cookie) {
  const reply = await fetch(`${url}/people`, { headers: { Accept: "text/html", Cookie: `sampan=${cookie}` } });
  return reply.headers.get("content-language");
}

// How many records of each kind her own copy of everything has.
export async function records(client) {
  const kinds = {};
  const reply = await client.get("/people/records");
  for (const line of reply.html.split("\n").filter(Boolean)) {
    const { id, kind } = JSON.parse(line);
    if (id) kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(kinds).sort());
}

export async function mayEnter(url, login, password) {
  const client = new Client(url);
  const form = forms((await client.get("/people/session/new")).html).find(f => f.action === "/people/session");
  return (await client.post(form.action, { ...form.hidden, login, password })).status === 303;
}

// ---- comparing ------------------------------------------------------------------------------------------------------------

// Where `now` does not say what `then` said: the paths, a line each. Lists have the same length and order.
export function differences(then, now, where = "") {
  if (Array.isArray(then)) {
    if (!Array.isArray(now) || now.length !== then.length) return [`${where}: ${then.length} then, ${now?.length} now`];
    return then.flatMap((item, i) => differences(item, now[i], `${where}[${i}]`));
  }
  if (then && typeof then === "object") return Object.keys(then).flatMap(key => differences(then[key], now?.[key], `${where}.${key}`));
  return then === now ? [] : [`${where}: ${JSON.stringify(then)} then, ${JSON.stringify(now)} now`];
}

export async function compare(url, expected) {
  const results = [];
  const judge = (name, lines) => results.push({ name, lines });
  for (const [name, who] of Object.entries(expected.people)) {
    for (const [address, part] of Object.entries(pages(who))) {
      if (!who.cookie) continue;
      if (!who.pages[address]) judge(`${name} ${address}`, ["nothing is expected of it"]);
      else judge(`${name} ${address}`, differences(who.pages[address], await page(visitor(url, who.cookie), address, part)));
    }
    if (who.cookie) judge(`${name} language`, differences(who.language, await language(url, who.cookie)));
    if (who.cookie) judge(`${name} records`, differences(who.records, await records(visitor(url, who.cookie))));
  }
  for (const [why, cookie] of Object.entries(expected.ended))
    judge(`a session that has ended: ${why}`, differences({ status: 401 }, await page(visitor(url, cookie), "/example", pages({ login: true })["/example"])));
  for (const [name, who] of Object.entries(expected.people))      // last: it makes sessions
    if (who.login) judge(`${name} signs in`, differences(who.enters, await mayEnter(url, who.login, who.password)));
  for (const { login, password } of expected.nobody) judge(`${login} does not sign in`, differences(false, await mayEnter(url, login, password)));
  return results;
}

// ---- a program of one's own -------------------------------------------------------------------------------------------------

export async function serve(program, { port, data, database = "", content }) {
  const env = { PATH: process.env.PATH, SAMPAN_LISTEN: `127.0.0.1:${port}`, SAMPAN_DATA: data, DATABASE_URL: database, SAMPAN_CONTENT: content };
  const child = spawn(program, ["serve"], { env, stdio: ["ignore", "ignore", "pipe"] });
  const gone = new Promise(done => child.on("exit", done));
  const server = { url: `http://127.0.0.1:${port}`, log: "", stop: async (signal = "SIGTERM") => { child.kill(signal); return gone; } };
  child.stderr.on("data", bytes => { server.log += bytes; });
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 600) throw new Error(`the server did not start:\n${server.log}`);
    try { await fetch(server.url, { method: "HEAD" }); return server; } catch { await new Promise(go => setTimeout(go, 50)); }
  }
}

export async function freePort(from = 18190, to = 18199) {
  for (let port = from; port <= to; port++)
    if (await new Promise(done => { const s = net.createServer().once("error", () => done(false)).listen(port, "127.0.0.1", () => s.close(() => done(true))); })) return port;
  throw new Error(`no port from ${from} to ${to} is free`);
}

export const psql = (url, ...args) => execFileSync("psql", ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", ...args, "-d", url], { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
const unpack = name => execFileSync("zstd", ["-dcq", path.join(here, name)], { maxBuffer: 1 << 28 });

// The fixture in a folder, and for PostgreSQL in a database, of its own.
export function unpackInto(folder, engine, server) {
  const place = { data: path.join(folder, "data"), content: path.join(here, "content"), database: "" };
  mkdirSync(place.data, { mode: 0o700 });
  copyFileSync(path.join(here, "key"), path.join(place.data, "key"));
  if (engine === "sqlite") {
    writeFileSync(path.join(place.data, "sampan.db"), unpack("sampan.db.zst"));
    return place;
  }
  const name = `old_${process.pid}`;
  const sql = path.join(folder, "postgres.sql");
  writeFileSync(sql, unpack("postgres.sql.zst"));
  psql(`${server} dbname=postgres`, "-c", `CREATE DATABASE ${name}`);
  place.database = `${server} dbname=${name}`;
  place.drop = () => psql(`${server} dbname=postgres`, "-c", `DROP DATABASE ${name} WITH (FORCE)`);
  psql(place.database, "-f", sql);
  return place;
}

async function main([engine, ...rest]) {
  const rebuild = rest.includes("rebuild"), words = rest.filter(word => word !== "rebuild");
  const server = words.find(word => word.includes("="))?.replace(/\s*dbname=\S+/, "");
  const program = words.find(word => !word.includes("=")) ?? path.join(here, "../../../build/sampan");
  const expected = JSON.parse(readFileSync(path.join(here, engine === "sqlite" ? "expected.json" : "expected-postgres.json"), "utf8"));
  const folder = mkdtempSync(path.join(tmpdir(), "sampan-old-"));
  const place = unpackInto(folder, engine, server);
  let passed = 0, failed = 0;
  try {
    if (rebuild) console.log(execFileSync(program, ["rebuild"], { env: { PATH: process.env.PATH, SAMPAN_DATA: place.data, DATABASE_URL: place.database, SAMPAN_CONTENT: place.content }, encoding: "utf8" }).trim());
    const house = await serve(program, { port: await freePort(), ...place });
    try {
      for (const { name, lines } of await compare(house.url, expected)) {
        lines.length ? failed++ : passed++;
        if (lines.length) console.log(`FAILED ${name}\n  ${lines.join("\n  ")}`);
      }
    } finally {
      await house.stop();
    }
  } finally {
    place.drop?.();
    rmSync(folder, { recursive: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
