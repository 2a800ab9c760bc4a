// sticks - a hub, two boxes and a stick, with the program itself: what docs/OPERATOR.md tells the keeper of a box to type, typed, and
// then the sticks that go wrong. The hub lies in a folder, or on PostgreSQL when an address is given.
//   node tests/e2e/sticks.mjs BINARY [DATABASE_URL]
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client, QUESTIONS, forms } from "./client.mjs";
import { House, expect, root, runVisits, visit } from "./house.mjs";

const binary = path.resolve(process.argv[2] ?? path.join(root, "build/sampan")), database = process.argv[3] ?? "";

// ---- three installations and a stick ---------------------------------------------------------------------------------

// The folder in which a keeper stands: build/sampan is there, and the stick is at /media/stick, which is another place here.
class Desk {
  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), "sampan-sticks-"));
    this.stick = path.join(this.folder, "stick");
    mkdirSync(path.join(this.folder, "build"));
    mkdirSync(this.stick);
    symlinkSync(binary, path.join(this.folder, "build/sampan"));
  }

  on(name) { return path.join(this.stick, name); }
  read(name) { return readFileSync(this.on(name), "latin1"); }
  write(name, text) { writeFileSync(this.on(name), text, "latin1"); }
  clear() { rmSync(this.folder, { recursive: true }); }
}

class Installation {
  constructor(desk, name, url = "") {
    Object.assign(this, { desk, name, data: path.join(desk.folder, name), database: url });
  }

  // As typed: status, and what was said to whom.
  type(line) {
    const env = { PATH: process.env.PATH, SAMPAN_DATA: this.data, DATABASE_URL: this.database };
    const script = line.replaceAll("/media/stick", this.desk.stick);
    return new Promise(done => execFile("sh", ["-euc", script], { cwd: this.desk.folder, env, maxBuffer: 64 << 20 },
      (error, out, err) => done({ code: error ? error.code : 0, out, err: err.replace(/^\d{4}-.* info .*\n/gm, "") })));
  }

  async does(line) {
    const said = await this.type(line);
    expect(said.code === 0 && said.err === "", `${this.name}: ${line}\nstatus ${said.code}\n${said.out}${said.err}`);
    return said.out;
  }

  async refuses(line, words) {
    const { code, out, err } = await this.type(line);
    expect(code === 1 && words.test(out + err), `${this.name}: ${line}\nstatus ${code}, said\n${out}${err}`);
  }

  serve() { return House.open({ binary, database: this.database, data: this.data }); }

  async number() { return (await this.does("build/sampan box list")).match(/^number +(\d+)$/m)[1]; }

  // What is held of these people, as told to others: stream, node, place and hash.
  async holds(people) {
    const lines = (await this.does("build/sampan box have")).split("\n");
    return lines.filter(line => /^in [78] /.test(line) && people.includes(line.split(" ")[2].replace("-", ""))).sort().join("\n");
  }
}

// A visitor answers the first question so many times, each time otherwise. Who she is, her records say: her number is another one when
// that of her box is.
async function someLearn(installation, times, client = new Client("")) {
  const house = await installation.serve();
  client.url = house.url;
  try {
    const form = forms((await client.get(QUESTIONS)).html).find(f => f.action === "/quiz/answers" && f.radios.length > 1);
    const choices = form.radios.map(radio => radio.value).sort();
    for (let n = 0; n < times; n++) {
      client.turn = ((client.turn ?? -1) + 1) % choices.length;
      expect((await client.post(form.action, { ...form.hidden, choice: choices[client.turn] })).status === 303, "an answer was not saved");
    }
    const records = (await client.get("/people/records")).html.trim().split("\n").map(line => JSON.parse(line));
    return { client, person: records[0].actor, answers: records.filter(r => r.kind === "quiz.answered").length };
  } finally {
    await house.stop();
  }
}

// ---- what the book says ------------------------------------------------------------------------------------------------

// The blocks of a part of the section, each with who types it.
function blocksOf(title) {
  const book = readFileSync(path.join(root, "docs/OPERATOR.md"), "utf8");
  const part = book.split(/^#{2,3} /m).find(p => p.startsWith(title));
  expect(part, `docs/OPERATOR.md has no part "${title}"`);
  return [...part.matchAll(/^```\n# at the (box|hub)\n([\s\S]*?)^```$/gm)].map(([, who, lines]) => ({ who, lines }));
}

const ENROLMENT = blocksOf("Once: the box comes into the network"), RECOVERY = blocksOf("When a box comes from an old copy");
const EXCHANGE = blocksOf("Again and again: the exchange"), COPY = blocksOf("Keeping a copy");
const RECORDS = EXCHANGE.filter(b => !/box files/.test(b.lines)), FILES = EXCHANGE.filter(b => /box files/.test(b.lines));

async function follow(blocks, hub, box, change = lines => lines) {
  const said = [];
  for (const { who, lines } of blocks) said.push(await (who === "hub" ? hub : box).does(change(lines)));
  return said;
}

async function open(...boxes) {
  const desk = new Desk(), hub = new Installation(desk, "hub", database);
  const all = boxes.map(name => new Installation(desk, name));
  for (const box of all) await follow(ENROLMENT, hub, box, lines => lines.replace("Solo telecentre", `${box.name} telecentre`));
  return { desk, hub, boxes: all };
}

async function same(hub, box, people) {
  const there = await hub.holds(people), here = await box.holds(people);
  expect(here !== "" && there === here, `${box.name} holds\n${here}\nand the hub\n${there}`);
}

// ---- visits ----------------------------------------------------------------------------------------------------------------

visit("the book, as it is written: two boxes are enrolled, and what a visitor did at each is at the hub", async () => {
  expect(ENROLMENT.length === 3 && RECORDS.length === 4 && FILES.length === 3 && RECOVERY.length === 3, "the book has other blocks than this visit");
  const { desk, hub, boxes: [solo, batu] } = await open("solo", "batu");
  const ana = await someLearn(solo, 3), bo = await someLearn(batu, 2);
  expect(ana.answers === 3 && bo.answers === 2, "an answer is missing before anything travelled");
  await follow(RECORDS, hub, solo);
  await follow(RECORDS, hub, batu);
  await same(hub, solo, [ana.person]);
  await same(hub, batu, [bo.person]);
  expect(await batu.holds([ana.person]) === "", "one box holds the visitor of another");
  const again = await someLearn(solo, 1, ana.client);
  expect(again.person === ana.person && again.answers === 4, `after the exchange she is ${again.person} with ${again.answers} answers`);
  await follow(RECORDS, hub, solo);
  await same(hub, solo, [ana.person]);
  const list = await hub.does("build/sampan box list");
  for (const box of [solo, batu]) expect(new RegExp(`^ *${await box.number()} .* ID .* ${box.name} telecentre$`, "m").test(list), list);
  const network = (await solo.does("build/sampan box list")).match(/^network .* key (.*)$/m)[1];
  expect(list.includes(`key       ${network}`), `the box trusts ${network}, and the hub says\n${list}`);
  expect((await hub.does(FILES[0].lines)) === "" && desk.read("want").startsWith("wanted "), "the hub does not say which files it wants");
  await solo.refuses(FILES[1].lines, /asks for nothing that is here/);
  desk.clear();
});

visit("a stick that is cut off, comes twice, has a byte flipped, or is full", async () => {
  const { desk, hub, boxes: [solo] } = await open("solo");
  const ana = await someLearn(solo, 2), bo = await someLearn(solo, 2);
  await follow(RECORDS.slice(0, 3), hub, solo);
  const whole = desk.read("back");
  expect(whole.length > 1000, `the box has ${whole.length} bytes to give`);
  for (const part of [0.3, 0.5, 0.7]) {
    desk.write("cut", whole.slice(0, part * whole.length));
    await hub.refuses("build/sampan box take /media/stick/cut", /cut was cut off on its way/);
  }
  for (let at = 40; at < whole.length; at += Math.floor(whole.length / 12)) {
    desk.write("flipped", whole.slice(0, at) + String.fromCharCode(whole.charCodeAt(at) ^ 1) + whole.slice(at + 1));
    await hub.type("build/sampan box take /media/stick/flipped");
  }
  await hub.does(RECORDS[3].lines);
  await same(hub, solo, [ana.person, bo.person]);
  expect(/^new 0, known \d+, left for the next time 0, refused 0\n$/.test(await hub.does(RECORDS[3].lines)), "a file that comes twice");
  desk.write("flipped", desk.read("have").replace(/:(.)/, (_, c) => `:${c === "1" ? "2" : "1"}`));
  await hub.refuses("build/sampan box give /media/stick/flipped", /flipped is not as a node that is known here signed it/);
  await solo.refuses("build/sampan box have > /dev/full", /what was printed is not whole: No space left/);
  await hub.refuses("build/sampan box give /media/stick/nothing", /there is no file .*nothing/);
  await hub.does("build/sampan box give - < /media/stick/have > /media/stick/give");
  expect((await solo.type("build/sampan box take")).code === 2, "no file, and no usage");
  desk.clear();
});

visit("a certificate for somebody else, a server that runs, and a box that is revoked", async () => {
  const { desk, hub, boxes: [solo] } = await open("solo");
  const batu = new Installation(desk, "batu"), ana = await someLearn(solo, 1);
  await batu.refuses("build/sampan box join /media/stick/certificate", /certificate: There is no certificate for this installation/);
  await solo.refuses("build/sampan box join /media/stick/certificate", /certificate: This installation is enrolled already/);
  const house = await solo.serve();
  await solo.refuses("build/sampan box have", /another sampan is using .*: stop it first/);
  await house.stop();
  await follow(RECORDS, hub, solo);
  const before = await hub.holds([ana.person]);
  await hub.does(`build/sampan box revoke ${await solo.number()}`);
  await someLearn(solo, 1, ana.client);
  await solo.does(RECORDS[0].lines);
  await hub.refuses(RECORDS[1].lines, /have is of node \d+, which was revoked: it gets nothing/);
  await hub.does("build/sampan box have > /media/stick/have");
  await solo.does("build/sampan box give /media/stick/have > /media/stick/give");
  await hub.refuses("build/sampan box take /media/stick/give", /The first reason: Node \d+ was revoked/);
  expect(before !== "" && await hub.holds([ana.person]) === before, "the hub took something from a revoked box");
  desk.clear();
});

visit("a data folder of before is put back, and nothing is lost", async () => {
  const { desk, hub, boxes: [solo] } = await open("solo");
  const ana = await someLearn(solo, 2);
  await follow(RECORDS, hub, solo);
  cpSync(solo.data, `${solo.data}-copy`, { recursive: true });
  const later = await someLearn(solo, 3, ana.client), lost = await someLearn(solo, 2);
  expect(later.answers === 5, `${later.answers} answers before the disk broke`);
  await follow(RECORDS, hub, solo);
  rmSync(solo.data, { recursive: true });
  cpSync(`${solo.data}-copy`, solo.data, { recursive: true });
  const bo = await someLearn(solo, 2);
  expect((await someLearn(solo, 1, ana.client)).answers === 3, "the copy has more than it should");
  await follow(RECORDS, hub, solo);
  await solo.does(RECORDS[0].lines);
  await hub.does(RECORDS[1].lines);
  await solo.refuses(RECORDS[2].lines, /comes from an old copy of itself[\s\S]*sampan box recover certificate/);
  expect(await hub.holds([bo.person]) === "", "what was written since left the box under numbers that say something else");
  await follow(RECOVERY, hub, solo);
  for (let i = 0; i < 2; i++) await follow(RECORDS, hub, solo);
  const anaNow = await someLearn(solo, 0, ana.client), boNow = await someLearn(solo, 0, bo.client);
  expect(anaNow.person === ana.person && anaNow.answers === 6, `${anaNow.answers} answers of 6 after the recovery`);
  expect(boNow.person === bo.person && boNow.answers === 2, `who came after the copy is ${boNow.person} with ${boNow.answers} answers of 2`);
  for (const { person } of [anaNow, boNow, lost]) await same(hub, solo, [person]);
  desk.clear();
});

const answers = async (box, ...people) => {
  const said = [];
  for (const { client } of people) said.push((await someLearn(box, 0, client)).answers);
  return said.join(" ");
};

// A box that stands on PostgreSQL: its key, its numbers and their leases come back with the rest.
if (database) visit("a PostgreSQL is restored from its dump: what was lost comes back, and what was written since stays", async () => {
  const desk = new Desk(), hub = new Installation(desk, "hub"), server = new Installation(desk, "server", database);
  const solo = new Installation(desk, "solo", database.replace(/dbname=\w+/, "dbname=solo"));
  const empty = () => server.does('psql -qX -c "DROP DATABASE IF EXISTS solo" -c "CREATE DATABASE solo" "$DATABASE_URL" 2>/dev/null');
  const restore = async () => { await empty(); await solo.does(COPY[1].lines); };
  await empty();
  await follow(ENROLMENT, hub, solo);
  const ana = await someLearn(solo, 2);
  await follow(RECORDS, hub, solo);
  await solo.does(COPY[0].lines);
  const lost = await someLearn(solo, 2);
  await someLearn(solo, 2, ana.client);
  await follow(RECORDS, hub, solo);
  await restore();
  for (let i = 0; i < 2; i++) await follow(RECORDS, hub, solo);
  expect(await answers(solo, ana) === "4", "with nothing written since, not all came back");
  await same(hub, solo, [lost.person]);            /* her cookie was not in the dump: what an installation alone knows does not come back */
  await restore();
  const bo = await someLearn(solo, 2);
  await someLearn(solo, 1, ana.client);
  await follow(RECORDS, hub, solo);
  await solo.does(RECORDS[0].lines);
  await hub.does(RECORDS[1].lines);
  await solo.refuses(RECORDS[2].lines, /comes from an old copy of itself/);
  await follow(RECOVERY, hub, solo);
  for (let i = 0; i < 2; i++) await follow(RECORDS, hub, solo);
  const all = await answers(solo, ana, bo);
  expect(all === "5 2", `answers after the recovery: ${all}, not 5 2`);
  for (const { person } of [ana, lost]) await same(hub, solo, [person]);
  await empty();
  desk.clear();
});

process.exit(await runVisits({}, process.argv[4]) ? 0 : 1);
