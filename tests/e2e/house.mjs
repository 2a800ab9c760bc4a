// house - what every visit needs: a fresh installation on a free port, a browser, people with or without scripts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

export async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// A server of our own. stop() and start() are the power cut and the morning after: the data folder stays.
export class House {
  static async open({ binary = process.env.VISIT_BINARY ?? path.join(root, "build/sampan"), database = "", data, settings = {} } = {}) {
    const house = new House();
    house.binary = binary;
    house.database = database;
    house.settings = settings;
    house.data = data ?? mkdtempSync(path.join(tmpdir(), "sampan-visit-"));
    house.port = await freePort();
    house.url = `http://127.0.0.1:${house.port}`;
    house.lan = `http://box.test:${house.port}`;
    await house.start();
    return house;
  }

  async start() {
    const env = { ...process.env, SAMPAN_LISTEN: `127.0.0.1:${this.port}`, SAMPAN_DATA: this.data, DATABASE_URL: this.database, ...this.settings };
    this.process = spawn(this.binary, ["serve"], { env, stdio: ["ignore", "ignore", "pipe"] });
    this.log = "";
    this.process.stderr.on("data", bytes => { this.log += bytes; });
    for (let tries = 0; ; tries++) {
      if (this.process.exitCode !== null || tries > 600) throw new Error(`the server did not start:\n${this.log}`);
      try { await fetch(this.url, { method: "HEAD" }); return; } catch { await new Promise(go => setTimeout(go, 50)); }
    }
  }

  async stop(signal = "SIGTERM") {
    if (this.process.exitCode !== null) return;
    const gone = once(this.process, "exit");
    this.process.kill(signal);
    await gone;
  }

  run(...args) {
    return new Promise(done => {
      const env = { ...process.env, SAMPAN_DATA: this.data, DATABASE_URL: this.database };
      const child = spawn(this.binary, args, { env });
      let out = "";
      child.stdout.on("data", bytes => { out += bytes; });
      child.stderr.on("data", bytes => { out += bytes; });
      child.on("exit", code => done({ code, out }));
    });
  }

  async close() {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}

// A house is found as box.test too: what a browser does for itself and for TLS alone it does not do there, as on the network of a centre.
export const openBrowser = more => chromium.launch({
  executablePath: "/usr/bin/chromium",
  ...more,
  args: ["--host-resolver-rules=MAP box.test 127.0.0.1", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

export const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
export const narrow = { viewport: { width: 320, height: 640 } };
export const desktop = { viewport: { width: 1280, height: 860 } };

// Whoever signs in is asked whose the work on this device is; she is not, where there is none.
export async function itIsMine(page) {
  const yes = page.getByLabel("Yes, it is mine");
  if (await yes.isVisible()) await yes.check();
}

// What axe finds on this page, as readable lines; none is what we want.
export async function axeFindings(page) {
  await page.evaluate(axe.source);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.flatMap(v => v.nodes.map(node => `${v.id}: ${v.help}: ${node.target.join(" ")}`));
}

// Nothing may stick out sideways: the page itself never scrolls horizontally.
export const sticksOut = page => page.evaluate(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("main *")].filter(el => el.getBoundingClientRect().right > width + 1 && !el.closest(".table")).slice(0, 5).map(el => el.outerHTML.slice(0, 120));
});

// A house and one browser in it, for a visit that needs no other; both are gone afterwards.
export async function inHouse(browser, options, run) {
  const house = await House.open();
  const context = await browser.newContext(options);
  try {
    await run({ house, context, page: await context.newPage() });
    expect(!/runtime error|Sanitizer|broken invariant/.test(house.log), house.log);
  } finally {
    await context.close();
    await house.close();
  }
}

// ---- a very small runner: visits in order, one line for what failed, one line at the end -------------------------------
const visits = [];
export const visit = (name, run) => visits.push({ name, run });

export async function runVisits(context, only = "") {
  let passed = 0, failed = 0;
  for (const { name, run } of visits.filter(v => v.name.includes(only))) {
    try {
      await run(context);
      passed++;
      console.log(`ok ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED ${name}\n${error.stack}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

export function expect(condition, what) {
  if (!condition) throw new Error(what);
}
