// operator - who starts the program and reads what it says. Every mistake ends in one plain line and a status, and what was there
// before is there afterwards.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "./client.mjs";
import { House, expect, freePort, root, visit } from "./house.mjs";

const binary = process.env.VISIT_BINARY ?? path.join(root, "build/sampan");
const scratch = () => mkdtempSync(path.join(tmpdir(), "sampan-operator-"));
const small = path.join(root, "modules/learn/test_packs/small");

// Runs the program to its end. `as`: a user of the machine, when we are root and may become one.
function sampan(args, settings = {}, { as, within = 20000, kill = "SIGTERM" } = {}) {
  return new Promise(done => {
    const command = as ? ["setpriv", `--reuid=${as}`, "--clear-groups", "--", binary, ...args] : [binary, ...args];
    const env = { PATH: process.env.PATH, SAMPAN_LISTEN: "127.0.0.1:0", ...settings };
    const child = spawn(command[0], command.slice(1), { env, timeout: within, killSignal: kill });
    let out = "";
    child.stdout.on("data", bytes => { out += bytes; });
    child.stderr.on("data", bytes => { out += bytes; });
    child.on("exit", (code, signal) => done({ code: code ?? signal, out }));
  });
}

async function expectRefusal(what, run, words) {
  const { code, out } = await run;
  expect(code > 0 && words.test(out), `${what}: status ${code}, said:\n${out}`);
}

visit("a setting that is wrong, unknown or misspelt is named, and nothing is started", async () => {
  const data = scratch();
  const at = settings => ({ SAMPAN_DATA: path.join(data, "var"), ...settings });
  const cases = [
    ["a misspelt variable", ["serve"], { SAMPAN_LISTNE: "x" }, /There is no setting SAMPAN_LISTNE/],
    ["a misspelt flag", ["serve", "--lisen=x"], {}, /There is no flag --lisen/],
    ["a flag without a value", ["serve", "--listen"], {}, /--listen needs a value/],
    ["no number of threads", ["serve"], { SAMPAN_THREADS: "many" }, /must be a number from 0 to/],
    ["no switch", ["serve"], { SAMPAN_SANDBOX: "maybe" }, /"on" or "off"/],
    ["no command", ["sreve"], {}, /usage: sampan/],
    ["a word too many", ["serve", "now"], {}, /usage: sampan/],
    ["no address", ["serve"], { SAMPAN_LISTEN: "everywhere" }, /"everywhere" is no address to listen on/],
    ["no such user", ["serve"], { SAMPAN_USER: "nobody-of-this-name" }, /nobody-of-this-name|could not be become/],
    ["no database there", ["serve"], { DATABASE_URL: "host=/nowhere user=x" }, /The database cannot be opened: .*\/nowhere/],
    ["no connection string", ["serve"], { DATABASE_URL: "sqlite:whatever" }, /The database cannot be opened/],
    ["a folder that cannot be", ["serve"], { SAMPAN_DATA: "/dev/null/var" }, /\/dev\/null\/var cannot be made/],
  ];
  for (const [what, args, settings, words] of cases) await expectRefusal(what, sampan(args, at(settings)), words);
  rmSync(data, { recursive: true });
});

visit("a port or a data folder that is in use, or a folder that cannot be written, is said so", async () => {
  const house = await House.open(), other = scratch();
  try {
    await expectRefusal("the port", sampan(["serve"], { SAMPAN_DATA: other, SAMPAN_LISTEN: `127.0.0.1:${house.port}` }), /Cannot listen on .* in use/);
    for (const command of ["serve", "doctor", "rebuild"])
      await expectRefusal(`the folder, ${command}`, sampan([command], { SAMPAN_DATA: house.data }), /another sampan is using .*: stop it first/);
    expect((await new Client(house.url).get("/learn")).status === 200, "the first one no longer serves");
    if (process.getuid() === 0) {
      chmodSync(other, 0o755);
      await expectRefusal("a folder of somebody else", sampan(["serve"], { SAMPAN_DATA: other }, { as: "nobody" }), /cannot be (read|written): Permission denied/);
    }
    await house.stop();
    writeFileSync(path.join(house.data, "key"), "short");
    await expectRefusal("a damaged key", sampan(["serve"], { SAMPAN_DATA: house.data }), /key is damaged.*backup/);
    writeFileSync(path.join(house.data, "key"), Buffer.alloc(32, 7));
    writeFileSync(path.join(house.data, "sampan.db"), "this is no database at all, whatever its name says".repeat(200));
    await expectRefusal("a damaged database", sampan(["serve"], { SAMPAN_DATA: house.data }), /database cannot be opened: .*not a database/);
  } finally {
    await house.close();
    rmSync(other, { recursive: true });
  }
});

// A pack that differs from a good one by what `spoil` does to its folder.
function packWith(folder, name, spoil) {
  const pack = path.join(folder, name);
  cpSync(small, pack, { recursive: true });
  spoil(pack);
  return pack;
}

const replaced = (pack, file, was, is) => {
  const text = readFileSync(path.join(pack, file), "utf8");
  expect(text.includes(was), `${file} does not say ${was}`);
  writeFileSync(path.join(pack, file), text.replace(was, is));
};

visit("a course folder with mistakes is refused by file, line and reason, and what was installed stays", async () => {
  const folder = scratch(), settings = { SAMPAN_DATA: path.join(folder, "var") };
  const lesson = "trial/first/10-one.md", figure = "trial/first/figures/box.svg";
  const cases = [
    ["fifo", pack => execFileSync("mkfifo", [path.join(pack, "trial/first/30-pipe.md")]), /30-pipe\.md:1: .*neither a file nor a folder/],
    ["link", pack => symlinkSync("/etc/passwd", path.join(pack, "trial/first/30-link.md")), /30-link\.md:1: .*link to another file/],
    ["circle", pack => symlinkSync("..", path.join(pack, "trial/first/again")), /first\/again:1: .*link/],
    ["large", pack => execFileSync("truncate", ["-s", "3G", path.join(pack, "trial/large.md")]), /large\.md:1: This file has \d+ KB; at most 64 KB/],
    ["deep", pack => mkdirSync(path.join(pack, "a/".repeat(100)), { recursive: true }), /nested too deep/],
    ["many", pack => { for (let i = 0; i < 2100; i++) writeFileSync(path.join(pack, `trial/n${i}.md`), ""); }, /more files|and \d+ more|too many/i],
    ["odd", pack => writeFileSync(path.join(pack, "trial/Odd Name.md"), ""), /Odd Name\.md:1: A name is made of small letters/],
    ["script", pack => replaced(pack, figure, "</svg>", "<script>alert(1)</script></svg>"), /box\.svg:\d+: .*script/],
    ["foreign", pack => replaced(pack, figure, "</svg>", "<foreignObject/></svg>"), /box\.svg:\d+: .*foreignObject/],
    ["entity", pack => replaced(pack, figure, "<svg", '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg'), /box\.svg:\d+: DOCTYPE/],
    ["head", pack => replaced(pack, lesson, "minutes: 10", "minuts: 10"), /10-one\.md:3: The key "minuts" is not known/],
    ["sum", pack => replaced(pack, lesson, "{=3*2.50|7.50}", "{=3*2.50|7.60}"), /10-one\.md:9: .*7\.50?/],
    ["bytes", pack => writeFileSync(path.join(pack, lesson), Buffer.from([0x2d, 0x2d, 0x2d, 10, 0xff, 0xfe, 10])), /10-one\.md:2: .*not UTF-8/],
    ["nothing", pack => rmSync(path.join(pack, "programme.md")), /programme\.md is missing/],
    ["Capital", () => {}, /\.:1: The folder's name is the pack's name/],
  ];
  try {
    const good = await sampan(["learn", "install", packWith(folder, "small", () => {})], settings);
    expect(good.code === 0 && /small is installed/.test(good.out), good.out);
    for (const [name, spoil, words] of cases) {
      const pack = packWith(folder, name, spoil);
      await expectRefusal(`check ${name}`, sampan(["learn", "check", pack], settings), words);
      await expectRefusal(`install ${name}`, sampan(["learn", "install", pack], settings), words);
    }
    replaced(path.join(folder, "small"), lesson, "title: Pack a box", "title: Pack a better box\ntitle: Twice");
    await expectRefusal("the same pack, spoilt", sampan(["learn", "install", path.join(folder, "small")], settings), /10-one\.md:3: "title" is said twice/);
    const house = await House.open({ data: settings.SAMPAN_DATA });
    const page = await new Client(house.url).get("/learn/trial/first/one");
    expect(page.status === 200 && /Pack a box/.test(page.html), "the good pack is gone");
    await house.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

visit("a disk that is full at the first start is said so, and with room the start goes on where it stood", async () => {
  const disk = scratch(), settings = { SAMPAN_DATA: path.join(disk, "var"), SAMPAN_LISTEN: `127.0.0.1:${await freePort()}` };
  for (const kilobytes of [40, 100, 200, 400, 600, 800]) {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", disk]);
    try {
      await expectRefusal(`${kilobytes} KB`, sampan(["serve"], settings, { within: 5000 }), /full|No space left/);
      execFileSync("mount", ["-o", "remount,size=32m", disk]);
      const house = await House.open({ data: settings.SAMPAN_DATA });
      expect((await new Client(house.url).get("/learn/practices/order/map")).status === 200, `after ${kilobytes} KB no lesson`);
      await house.stop();
    } finally {
      execFileSync("umount", [disk]);
    }
  }
  rmSync(disk, { recursive: true });
});

visit("a disk that is full while a pack is installed leaves the pack that was there", async () => {
  const disk = scratch(), settings = { SAMPAN_DATA: path.join(disk, "var") }, folder = scratch();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", disk]);
  try {
    const pack = packWith(folder, "small", () => {});
    expect((await sampan(["learn", "install", pack], settings)).code === 0, "the first installation");
    try { writeFileSync(path.join(disk, "ballast"), Buffer.alloc(64 << 20)); } catch { /* full now */ }
    replaced(pack, "trial/first/10-one.md", "title: Pack a box", "title: Pack a better box");
    await expectRefusal("without room", sampan(["learn", "install", pack], settings), /full|No space left|could not be saved/);
    rmSync(path.join(disk, "ballast"));
    const house = await House.open({ data: settings.SAMPAN_DATA });
    expect(/Pack a box/.test((await new Client(house.url).get("/learn/trial/first/one")).html), "the pack that was there is gone");
    await house.stop();
    const again = await sampan(["learn", "install", pack], settings);
    expect(again.code === 0, `with room: ${again.out}`);
  } finally {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
    rmSync(folder, { recursive: true });
  }
});

visit("the power goes during the first start, again and again, and the last start finds its way", async () => {
  const data = path.join(scratch(), "var");
  for (let ms = 20; ms < 500; ms += 30) await sampan(["serve"], { SAMPAN_DATA: data }, { within: ms, kill: "SIGKILL" });
  const house = await House.open({ data });
  expect((await new Client(house.url).get("/learn/practices/order/map")).status === 200, "no lesson after the power came back");
  await house.stop();
  const doctor = await sampan(["doctor"], { SAMPAN_DATA: data });
  expect(!/lesson|schema|query/i.test(doctor.out.split("\n").filter(line => /^WRONG/.test(line)).join("\n")), doctor.out);
  expect(existsSync(path.join(data, "key")), "no key");
  rmSync(path.dirname(data), { recursive: true });
});
