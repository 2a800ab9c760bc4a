// attack - what a crowd does to the people who only want to go on: guesses at a name, a class with slips, guesses from one IPv6 network,
// ninety connections that sign in, visitors who save as fast as they can. Bounded, on loopback only: the house is started here, and who comes from
// where is said as a proxy on this machine says it. Prints a line of numbers for each, and a line whether people were served.
//
//   node tests/bench/attack.mjs [WORD]      VISIT_BINARY: the program; DATABASE_URL: on PostgreSQL
import { readFileSync } from "node:fs";
import http from "node:http";
import { forms, QUESTIONS } from "../e2e/client.mjs";
import { House } from "../e2e/house.mjs";

const RIGHT = "three red boats", seconds = Number(process.env.ATTACK_SECONDS || 5);
const agent = new http.Agent({ keepAlive: true, maxSockets: 400 });

// A person behind an address: her cookies, and the words of forms.
class Person {
  constructor(house, address) {
    Object.assign(this, { house, address, cookies: new Map() });
  }

  request(method, to, body = "") {
    const headers = { Accept: "text/html", "X-Forwarded-For": this.address, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(body) };
    if (this.cookies.size) headers.Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return new Promise((done, failed) => {
      const asked = http.request({ port: this.house.port, host: "127.0.0.1", method, path: to, headers, agent }, reply => {
        let html = "";
        for (const line of reply.headers["set-cookie"] ?? []) this.cookies.set(...line.match(/^([^=]+)=([^;]*)/).slice(1));
        reply.on("data", bytes => { html += bytes; });
        reply.on("end", () => done({ status: reply.statusCode, after: reply.headers["retry-after"], html }));
        reply.on("error", failed);
      });
      asked.on("error", () => done({ status: 0, html: "" }));
      asked.end(body);
    });
  }

  async form(page, action) {
    return forms((await this.request("GET", page)).html).find(f => f.action === action);
  }

  async send(page, action, fields) {
    this.forms ??= new Map();
    if (!this.forms.has(action)) this.forms.set(action, await this.form(page, action));
    return this.request("POST", action, new URLSearchParams({ ...this.forms.get(action).hidden, ...fields }).toString());
  }

  signIn(login, password = RIGHT) {
    return this.send("/people/session/new", "/people/session", { login, password }).finally(() => this.forms.clear());
  }

  guess(login, password) {
    return this.send("/people/session/new", "/people/session", { login, password });
  }

  enrol(login) {
    return this.send("/people/account/new", "/people/account", { name: "Pupil", login, password: RIGHT });
  }
}

const count = (replies, status) => replies.filter(r => r.status === status).length;
const all = (n, make) => Promise.all(Array.from({ length: n }, (_, i) => make(i)));
const say = (name, line) => console.log(`${name}: ${line}`);

// Strangers from ten addresses guess at one name; its owner comes with the browser that she has.
async function owner(house) {
  const ana = new Person(house, "203.0.113.1"), status = [];
  await ana.enrol("ana-owner");
  ana.cookies.delete("sampan");
  for (let i = 0; i < 10; i++) status.push((await new Person(house, `198.51.100.${i}`).guess("ana-owner", "guess number " + i)).status);
  const began = Date.now(), back = await ana.signIn("ana-owner");
  say("owner", `ten guesses by others: ${status.join(" ")}; the owner: ${back.status} after ${Date.now() - began} ms`);
}

// A class behind one address: everybody slips three times, and then knows it.
async function classroom(house) {
  const n = 34, address = "203.0.113.34";
  for (let i = 0; i < n; i++) await new Person(house, `192.0.2.${i}`).enrol(`pupil-${i}`);
  const pupils = Array.from({ length: n }, () => new Person(house, address)), slips = [];
  const began = Date.now();
  for (let k = 0; k < 3; k++) slips.push(...await all(n, i => pupils[i].guess(`pupil-${i}`, `a slip, number ${k}`)));
  const right = await all(n, i => pupils[i].signIn(`pupil-${i}`));
  say("class", `${slips.length} slips (${count(slips, 422)} answered as such); then ${count(right, 303)} of ${n} signed in; ${Date.now() - began} ms`);
}

// One subscriber has 2^64 addresses: does another one make another guesser?
async function network(house) {
  const replies = [], until = Date.now() + seconds * 2000;
  await all(40, async i => {
    for (let k = 0; Date.now() < until; k++)
      replies.push(await new Person(house, `2001:db8:0:1::${i.toString(16)}:${k.toString(16)}`).guess(`nobody-${i}-${k}`, "guess"));
  });
  say("network", `in ${seconds * 2} s ${count(replies, 422)} guesses from as many addresses of one /64 were answered, ${count(replies, 429)} refused; from the next /64: ` +
      (await new Person(house, "2001:db8:0:2::1").guess("nobody", "guess")).status);
}

// Ninety connections from one address sign in without end, at names that nobody has.
async function starve(house) {
  const guests = Array.from({ length: 37 }, (_, i) => new Person(house, `192.0.2.${100 + i}`));
  for (const [i, guest] of guests.entries()) await guest.enrol(`late-${i}`);
  guests.forEach(g => g.cookies.clear());
  let over = false, tries = 0, refused = 0;
  const flood = all(90, async i => {
    const one = new Person(house, "203.0.113.90");
    for (let k = 0; !over; k++, tries++) {
      const { status } = await one.guess(`nobody-${i}-${k}`, "guess");
      refused += status === 429 || status === 503;
      if (!status) await new Promise(go => setTimeout(go, 50));
    }
  });
  await new Promise(go => setTimeout(go, 500));
  const took = [], replies = [];
  for (const [i, guest] of guests.entries()) {
    const began = Date.now();
    replies.push(await guest.signIn(`late-${i}`));
    took.push(Date.now() - began);
  }
  over = true;
  await flood;
  took.sort((a, b) => a - b);
  say("starve", `against ${tries} tries by 90 connections (${refused} refused): ${count(replies, 303)} of ${guests.length} sign-ins from elsewhere worked, median ${took[18]} ms, longest ${took[36]} ms`);
}

const written = house => Number(readFileSync(`/proc/${house.process.pid}/io`, "utf8").match(/^write_bytes: (\d+)/m)[1]);

// Visitors of one address who have saved nothing yet, and save.
async function flood(house) {
  const before = written(house), began = Date.now();
  let made = 0, refused = 0, after = "";
  await all(64, async () => {
    while (Date.now() - began < seconds * 1000) {
      const one = new Person(house, "203.0.113.200"), form = forms((await one.request("GET", QUESTIONS)).html).find(f => f.action === "/quiz/answers" && f.radios.length > 1);
      const reply = await one.request("POST", form.action, new URLSearchParams({ ...form.hidden, choice: form.radios[0].value }).toString());
      if (reply.status < 400) made++;
      else { refused++; after = reply.after; }
    }
  });
  const took = (Date.now() - began) / 1000;
  say("flood", `${(made / took).toFixed(0)} people a second were made (${made} in all), ${refused} refused (Retry-After ${after}), ${((written(house) - before) / took / 1e6).toFixed(1)} MB/s written`);
}

// Forty people of one class, each saving every half second, ten times as often as they do.
async function fillForms(house) {
  const replies = [];
  await all(40, async () => {
    const one = new Person(house, "203.0.113.41"), form = forms((await one.request("GET", QUESTIONS)).html).find(f => f.action === "/quiz/answers" && f.radios.length > 1);
    for (let k = 0; k < seconds * 2; k++) {
      replies.push(await one.request("POST", form.action, new URLSearchParams({ ...form.hidden, choice: form.radios[k % form.radios.length].value }).toString()));
      await new Promise(go => setTimeout(go, 500));
    }
  });
  say("forms", `${replies.length} answers of a class of 40 behind one address: ${replies.filter(r => r.status < 400).length} taken`);
}

for (const attack of [owner, classroom, network, starve, flood, fillForms]) {
  if (!attack.name.includes(process.argv[2] ?? "")) continue;
  const house = await House.open({ database: process.env.DATABASE_URL ?? "" });
  try { await attack(house); } finally { await house.close(); }
}
agent.destroy();
