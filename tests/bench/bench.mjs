// bench - the budgets, measured. Every row that compares runs its two sides in turn, several times, and shows the median, so
// that a noisy machine is noisy for both. CPU is what the kernel says the server used (utime + stime).
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createHash } from "node:crypto";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { Client, forms } from "../e2e/client.mjs";
import { House, root } from "../e2e/house.mjs";

process.env.SAMPAN_BUDGETS = "off";      // each learner saves as fast as she can

const LESSON = "/learn/practices/order/map", NEXT_LESSON = "/learn/practices/order/pro-forma", QUESTIONS = `${LESSON}/questions`;
const seconds = Number(process.env.BENCH_SECONDS || 5), rounds = Number(process.env.BENCH_ROUNDS || 5);
const binary = path.join(root, "build/release/sampan");
const here = path.join(root, "tests/bench");
const median = list => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const work = mkdtempSync(path.join(os.tmpdir(), "sampan-bench-"));

const ticks = pid => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;   // microseconds; a tick is 10 ms
};
const children = pid => execFileSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }).trim().split("\n").map(Number);
const memory = pid => Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]) / 1024;

// wrk runs beside us; the CPU of the server's processes is read before and after.
async function load(url, { clients = 64, script, headers = {}, pids, time = seconds }) {
  const args = ["-t1", `-c${clients}`, `-d${time}s`, "--latency", ...Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`])];
  if (script) args.push("-s", script);
  const before = pids.map(ticks).reduce((a, b) => a + b, 0);
  const wrk = spawn("wrk", [...args, url], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, BENCH_WORK: work } });
  let out = "";
  wrk.stdout.on("data", bytes => { out += bytes; });
  await once(wrk, "exit");
  const requests = Number(out.match(/(\d+) requests in/)?.[1] ?? 0), rate = Number(out.match(/Requests\/sec:\s+([\d.]+)/)?.[1] ?? 0);
  const bad = Number(out.match(/Non-2xx or 3xx responses: (\d+)/)?.[1] ?? 0) + Number(out.match(/timeout (\d+)/)?.[1] ?? 0);
  if (!requests || bad) throw new Error(`not a fair run of ${url}: ${bad} bad replies\n${out}`);
  const cpu = (pids.map(ticks).reduce((a, b) => a + b, 0) - before) / requests;
  return { rate, cpu, p99: out.match(/99%\s+(\S+)/)?.[1] };
}

async function nginx(files) {
  const folder = path.join(work, "nginx");
  mkdirSync(path.join(folder, "www"), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, "www", name), bytes);
  execFileSync("chmod", ["-R", "a+rX", work]);
  writeFileSync(path.join(folder, "nginx.conf"), `worker_processes 2; pid ${folder}/pid; error_log ${folder}/error.log; daemon off;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100; types { text/html html; }
server { listen 127.0.0.1:8971; root ${folder}/www; } }`);
  const master = spawn("nginx", ["-c", path.join(folder, "nginx.conf"), "-p", folder], { stdio: "ignore" });
  for (let tries = 0; ; tries++) {
    try { await fetch("http://127.0.0.1:8971/"); break; } catch { if (tries > 100) throw new Error("nginx did not start"); await new Promise(go => setTimeout(go, 50)); }
  }
  return { url: "http://127.0.0.1:8971", pids: children(master.pid), stop: () => master.kill() };
}

// A learner with an account who has answered the first question.
async function learner(house, name) {
  const client = new Client(house.url);
  const page = await client.get("/people/account/new");
  const form = forms(page.html).find(f => f.action === "/people/account");
  const made = await client.post("/people/account", { ...form.hidden, name, login: `${name}@example.test`, password: "correct horse" });
  if (made.status !== 303) throw new Error(`no account: ${made.status}\n${made.html}`);
  return client;
}

const cookieOf = client => [...client.cookies].map(pair => pair.join("=")).join("; ");

const bytesOf = (url, headers) => new Promise((done, failed) => {
  http.get(url, { headers }, reply => {
    const socketBefore = 0;
    let body = Buffer.alloc(0);
    reply.on("data", part => { body = Buffer.concat([body, part]); });
    reply.on("end", () => done({ status: reply.statusCode, headers: reply.headers, body, wire: reply.socket.bytesRead - socketBefore }));
  }).on("error", failed);
});

const browserHeaders = { "Accept-Encoding": "gzip, deflate, br, zstd", "User-Agent": "Mozilla/5.0 (Linux; Android 10; K)", "Accept-Language": "en", Accept: "text/html", Connection: "close" };

async function firstVisit(house) {
  const page = await bytesOf(house.url + "/", browserHeaders);
  const plain = await (await fetch(house.url + "/")).text();
  const parts = [...plain.matchAll(/<(?:link rel="(?:stylesheet|icon)"|script|img)[^>]*(?:href|src)="([^"]+)"/g)].map(m => m[1]);
  let wire = page.wire;
  for (const part of parts) wire += (await bytesOf(house.url + part, browserHeaders)).wire;
  return { wire, requests: 1 + parts.length };
}

async function nextLesson(house, client) {
  const headers = { ...browserHeaders, Cookie: cookieOf(client) };
  const first = await bytesOf(house.url + LESSON, headers);
  const plainWire = (await bytesOf(house.url + NEXT_LESSON, headers)).wire;
  const dictionary = first.headers.link?.match(/<([^>]+)>;\s*rel="?compression-dictionary/)?.[1];
  if (!dictionary) return { plainWire };
  const bytes = (await bytesOf(house.url + dictionary, { Connection: "close" })).body;
  const hash = createHash("sha256").update(bytes).digest("base64");
  const next = await bytesOf(house.url + NEXT_LESSON, { ...headers, "Accept-Encoding": "gzip, deflate, br, zstd, dcb, dcz", "Available-Dictionary": `:${hash}:` });
  return { plainWire, dictionaryWire: next.wire, coding: next.headers["content-encoding"] };
}

const rows = [];
const row = (what, measured, must, dream) => { rows.push([what, measured, must, dream]); console.error(`${what}: ${measured}`); };

async function lessonRows() {
  const house = await House.open({ binary });
  const client = await learner(house, "bench");
  const headers = { Cookie: cookieOf(client) };
  const page = await client.get(LESSON);
  const web = await nginx({ "lesson.html": page.html, "index.html": "" });
  const ours = [], theirs = [];
  await load(house.url + LESSON, { headers, pids: [house.process.pid], time: 2 });
  for (let i = 0; i < rounds; i++) {
    theirs.push(await load(`${web.url}/lesson.html`, { pids: web.pids }));
    ours.push(await load(house.url + LESSON, { headers, pids: [house.process.pid] }));
  }
  web.stop();
  const ratios = ours.map((run, i) => run.rate / theirs[i].rate), cpu = median(ours.map(run => run.cpu));
  row(`signed-in lesson page (${Buffer.byteLength(page.html)} bytes) against nginx static, c=64`, `${median(ratios).toFixed(2)} (${Math.round(median(ours.map(r => r.rate)))}/s against ${Math.round(median(theirs.map(r => r.rate)))}/s)`, "≥ 0.5", "≥ 0.75");
  row("CPU for that page", `${cpu.toFixed(1)} µs`, "≤ 60 µs", "≤ 35 µs");
  row("the same against Moodle 4.5 (51 ms CPU a page, measured before on this kind of machine)", `${Math.round(51000 / cpu)}× per CPU second`, "≥ 800×", "≥ 1,500×");

  const visit = await firstVisit(house);
  row("first visit, all bytes on the wire", `${(visit.wire / 1024).toFixed(1)} KB, ${visit.requests} requests`, "≤ 40 KB, ≤ 5 requests", "≤ 25 KB");
  const next = await nextLesson(house, client);
  row("next lesson on a warm client", next.dictionaryWire ? `${(next.dictionaryWire / 1024).toFixed(1)} KB (${next.coding}); ${(next.plainWire / 1024).toFixed(1)} KB without the dictionary` : `${(next.plainWire / 1024).toFixed(1)} KB`, "≤ 6 KB", "≤ 3 KB");
  await house.close();
}

async function answerRow() {
  const house = await House.open({ binary });
  const lines = [];
  for (let i = 0; i < 64; i++) {
    const client = new Client(house.url);
    const page = await client.get(QUESTIONS);
    const form = forms(page.html).find(f => f.action === "/quiz/answers" && f.radios.length);
    const radio = form.radios[0];
    const first = await client.post(form.action, { ...form.hidden, [radio.name]: radio.value });
    if (first.status !== 303) throw new Error(`the answer was not taken: ${first.status}\n${first.html}`);
    lines.push(cookieOf(client) + "\t" + form.radios.map(r => new URLSearchParams({ ...form.hidden, [r.name]: r.value }).toString()).join("\t"));
  }
  writeFileSync(path.join(work, "answers.txt"), lines.join("\n"));
  const runs = [];
  for (let i = 0; i < rounds; i++) runs.push(await load(house.url + "/quiz/answers", { script: path.join(here, "answers.lua"), pids: [house.process.pid] }));
  row("quiz answers durably saved, 64 clients, synchronous=FULL", `${Math.round(median(runs.map(r => r.rate)))}/s (p99 ${median(runs.map(r => parseFloat(r.p99)))} ms)`, "≥ 3,000/s", "≥ 10,000/s");
  await house.close();
}

async function memoryRow() {
  const house = await House.open({ binary });
  const cookies = [];
  for (let i = 0; i < 100; i++) cookies.push(cookieOf(await learner(house, `learner${i}`)));
  writeFileSync(path.join(work, "cookies.txt"), cookies.join("\n"));
  await load(house.url + LESSON, { clients: 100, script: path.join(here, "readers.lua"), pids: [house.process.pid], time: seconds * 2 });
  row("resident memory serving 100 learners", `${memory(house.process.pid).toFixed(1)} MB`, "≤ 32 MB", "≤ 16 MB");
  await house.close();
}

async function startRow() {
  const house = await House.open({ binary });
  await house.stop();
  execFileSync(path.join(root, "build/release/seed"), [house.data, "10000"], { stdio: "inherit" });
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const began = performance.now();
    const child = spawn(binary, ["serve"], { env: { ...process.env, SAMPAN_LISTEN: `127.0.0.1:${house.port}`, SAMPAN_DATA: house.data, DATABASE_URL: "" }, stdio: "ignore" });
    for (;;) { try { const reply = await fetch(house.url + LESSON); await reply.text(); break; } catch { await new Promise(go => setTimeout(go, 2)); } }
    times.push(performance.now() - began);
    const gone = once(child, "exit");
    child.kill();
    await gone;
  }
  row("start to first page served, 10,000 learners", `${(median(times) / 1000).toFixed(2)} s`, "≤ 0.5 s", "≤ 0.1 s");
  rmSync(house.data, { recursive: true });
}

async function growthRow() {
  const houses = [];
  for (const learners of [1000, Number(process.env.BENCH_LEARNERS || 1_000_000)]) {
    const house = await House.open({ binary });
    const client = await learner(house, "bench");
    await house.stop();
    execFileSync(path.join(root, "build/release/seed"), [house.data, String(learners)], { stdio: "inherit" });
    await house.start();
    houses.push({ house, learners, headers: { Cookie: cookieOf(client) }, cpu: [] });
  }
  for (let i = 0; i < rounds; i++)
    for (const h of houses) h.cpu.push((await load(h.house.url + LESSON, { headers: h.headers, pids: [h.house.process.pid] })).cpu);
  const [small, large] = houses.map(h => median(h.cpu));
  row(`CPU for a page at ${houses[1].learners.toLocaleString("en")} learners against 1,000`, `${(large / small).toFixed(2)}× (${large.toFixed(1)} against ${small.toFixed(1)} µs)`, "≤ 1.3×", "flat");
  for (const h of houses) await h.house.close();
}

// Both regions are made and measured by one program, in turn; see tests/bench/region.c.
function regionRows() {
  const centres = Number(process.env.BENCH_CENTRES || 1000), told = n => n.toLocaleString("en"), ms = n => `${n.toFixed(2)} ms`;
  const out = execFileSync(path.join(root, "build/release/region"), [path.join(work, "region"), String(centres)], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const measured = new Map(out.trim().split("\n").map(line => line.split("\t")).map(([what, small, large]) => [what, { small: Number(small), large: Number(large) }]));
  const against = (show, ...names) => {
    const both = names.map(name => measured.get(name)), of = side => both.map(b => b[side]);
    const sum = side => of(side).reduce((a, b) => a + b, 0);
    return `${(sum("large") / sum("small")).toFixed(2)}× (${of("large").map(show).join(", ")} against ${of("small").map(show).join(", ")})`;
  };
  const here = `a box of 30 people in a region of ${told(centres)} centres and ${told(centres * 100)} people against one of 10 and 1,000`;
  row(`${here}: rows it holds, all tables`, against(told, "rows at the box after a lesson"), "≤ 1.0×", "flat");
  row("bytes of its database", against(told, "bytes at the box after a lesson"), "≤ 1.0×", "flat");
  row("bytes of its question and the answer, nothing new", against(told, "nothing new: have", "nothing new: lack"), "≤ 1.0×", "flat");
  row("the same when the hub asks", against(told, "nothing new, the hub asks: have", "nothing new, the hub asks: lack"), "≤ 1.0×", "flat");
  row("bytes of question, answer and what the box then gives, after 30 people did a lesson", against(told, "a lesson: have", "a lesson: lack", "a lesson: answer"), "≤ 1.0×", "flat");
  row("CPU of the hub to answer, nothing new", against(ms, "nothing new: the hub answers, CPU ms"), "≤ 1.1×", "flat");
  row("CPU of the hub to answer and to take that lesson", against(ms, "a lesson: the hub answers, CPU ms", "a lesson: the hub takes, CPU ms"), "≤ 1.1×", "flat");
}

// voices stand in the stream of an economy, answers in her own.
async function erasureRow() {
  for (const kind of ["voices", "answers"]) {
    const folder = mkdtempSync(path.join(work, "erase-"));
    const out = JSON.parse(execFileSync(path.join(root, "build/release/erase"), [folder, "100000", kind], { encoding: "utf8" }));
    row(`erasing a subject with 100,000 ${kind}: longest wait of somebody who saves meanwhile, and the whole`,
      `${out.meanwhile.longest} ms (p99 ${out.meanwhile.p99} ms; without it ${out.alone.longest} and ${out.alone.p99} ms), ${(out.whole / 1000).toFixed(1)} s in ${out.parts} parts`, "p99 ≤ 8 ms", "p99 ≤ 4 ms");
    rmSync(folder, { recursive: true });
  }
}

const parts = { lesson: lessonRows, answers: answerRow, memory: memoryRow, start: startRow, growth: growthRow, region: regionRows, erasure: erasureRow };
const chosen = process.argv.slice(2);
for (const [name, run] of Object.entries(parts)) if (!chosen.length || chosen.includes(name)) await run();
rmSync(work, { recursive: true, force: true });

const cpu = os.cpus()[0].model, version = readFileSync("/etc/debian_version", "utf8").trim();
console.log(`\n${new Date().toISOString().slice(0, 10)}, Debian ${version}, ${os.cpus().length} × ${cpu}, ${(os.totalmem() / 2 ** 30).toFixed(0)} GB, load and server on the same machine; medians of ${rounds} runs of ${seconds} s.\n`);
console.log("| what | measured | must | dream |\n|---|---|---|---|");
for (const cells of rows) console.log(`| ${cells.join(" | ")} |`);
