// hostile - people who come all at once, in the wrong moment, or to do harm. Nobody is told that something is saved when it is
// not, nobody gets what is another's, and the house stands.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client, LESSON, answerer, enrol, savedTries, signIn, signOut } from "./client.mjs";
import { House, expect, root, visit } from "./house.mjs";

const rest = ms => new Promise(go => setTimeout(go, ms));
const isSignedIn = async client => (await client.get("/people")).html.includes("Sign out");

// A program that stands for a person saves faster than a person may.
const settings = { SAMPAN_BUDGETS: "off" };

// Runs on SQLite and on a PostgreSQL of its own; there with a second process beside the first.
async function onBothEngines(run) {
  const single = await House.open({ settings });
  try { await run([single]); } finally { await single.close(); }
  const folder = mkdtempSync(path.join(tmpdir(), "sampan-hostile-"));
  const postgres = what => execFileSync(path.join(root, "script/postgres"), [what, folder], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  const database = postgres("start"), houses = [];
  try {
    houses.push(await House.open({ settings, database }));
    houses.push(await House.open({ settings, database, data: houses[0].data }));
    await run(houses, postgres);
  } finally {
    for (const house of houses) await house.close();
    postgres("stop");
    rmSync(folder, { recursive: true, force: true });
  }
}

visit("of many who choose one name at the same moment one has it, and each is told", () => onBothEngines(async houses => {
  const people = Array.from({ length: 12 }, (_, n) => new Client(houses[n % houses.length].url));
  const replies = await Promise.all(people.map((client, n) => enrol(client, n % 2 ? "linh@example.org" : "LINH@Example.org ")));
  const statuses = replies.map(reply => reply.status).sort().join(" ");
  expect(statuses === `303${" 422".repeat(11)}`, `the answers: ${statuses}`);
  expect(replies.filter(reply => reply.status === 422).every(reply => /cannot be had/.test(reply.html)), "somebody was not told why");
  const inside = await Promise.all(people.map(isSignedIn));
  expect(inside.filter(Boolean).length === 1, `${inside.filter(Boolean).length} people share one account`);
}));

visit("a guest who comes in on two devices at once is joined to her account with all she did", () => onBothEngines(async houses => {
  const owner = new Client(houses[0].url);
  expect((await enrol(owner, "linh")).status === 303, "no account");
  const guests = [];
  for (let n = 0; n < 4; n++) guests.push(await answerer(houses[n % houses.length]));
  for (const [n, guest] of guests.entries()) expect((await guest.answer(n)).status === 303, "a guest could not answer");
  const replies = await Promise.all(guests.map(guest => signIn(guest.client, "linh", undefined, true)));
  expect(replies.every(reply => reply.status === 303), `signing in: ${replies.map(reply => reply.status)}`);
  for (const guest of guests) expect(await savedTries(guest.client) === 4, `${await savedTries(guest.client)} of 4 answers are in the account`);
  for (let n = 0; n < 3; n++) {                                        // out and in again, each time with something new in the hands
    const again = await answerer(houses[n % houses.length]);
    expect((await again.answer(n)).status === 303 && (await signIn(again.client, "linh", undefined, true)).status === 303, "out and in again");
    expect((await signOut(again.client)).status === 303, "out");
  }
  expect(await savedTries(owner) === 7, `${await savedTries(owner)} of 7 answers are in the account`);
}));

visit("an answer sent while she signs out is in her account or in the hands she comes back with", () => onBothEngines(async houses => {
  const client = new Client(houses[0].url);
  expect((await enrol(client, "linh")).status === 303, "no account");
  let acknowledged = 0;
  for (let n = 0; n < 8; n++) {
    const { answer } = await answerer(houses[0], client);
    const [out, ...sent] = await Promise.all([signOut(client), answer(2 * n), rest(n).then(() => answer(2 * n + 1))]);
    expect(out.status === 303, `signing out: ${out.status}`);
    expect(sent.every(reply => reply.status === 303 || (reply.status === 403 && /Send it again/.test(reply.html))), `answers: ${sent.map(reply => reply.status)}`);
    acknowledged += sent.filter(reply => reply.status === 303).length;
    expect((await signIn(client, "linh", undefined, true)).status === 303, "in again");
  }
  const kept = await savedTries(client);
  expect(kept <= acknowledged && kept > 0, `${acknowledged} acknowledged, ${kept} kept`);
}));

visit("told to end while people answer, the house lets every answer leave first", () => onBothEngines(async houses => {
  const people = [];
  for (let n = 0; n < 6; n++) people.push({ ...(await answerer(houses[n % houses.length])), acknowledged: 0, broken: 0 });
  let ending = false;
  const working = people.map(async person => {
    while (!ending) {
      try { if ((await person.answer(person.acknowledged)).status === 303) person.acknowledged++; } catch { if (!ending) person.broken++; return; }
    }
  });
  await rest(300);
  const ended = houses.map(house => house.stop());
  await Promise.all(ended);
  ending = true;
  await Promise.all(working);
  for (const house of houses) expect(house.process.exitCode === 0, `it ended with ${house.process.exitCode}:\n${house.log.slice(-2000)}`);
  for (const house of houses) await house.start();
  for (const person of people) {
    const kept = await savedTries(person.client);
    expect(person.acknowledged > 0 && kept >= person.acknowledged && kept <= person.acknowledged + 1, `${person.acknowledged} acknowledged, ${kept} kept`);
  }
}));

visit("the database goes in the middle of a crowd, and what was acknowledged is there when it returns", () => onBothEngines(async (houses, postgres) => {
  if (!postgres) return;                                               // a file does not go away
  const people = [];
  for (let n = 0; n < 6; n++) people.push({ ...(await answerer(houses[n % houses.length])), acknowledged: 0, others: new Set() });
  let over = false;
  const working = people.map(async person => {
    while (!over) {
      const reply = await person.answer(person.acknowledged);
      if (reply.status === 303) person.acknowledged++;
      else person.others.add(reply.status);
      if (reply.status !== 303) { expect(/<form/.test(reply.html), `${reply.status} without a form to send again`); await rest(20); }
    }
  });
  for (let n = 0; n < 2; n++) {
    await rest(300);
    postgres("stop");
    await rest(300);
    postgres("start");
  }
  await rest(1500);
  over = true;
  await Promise.all(working);
  for (const person of people) {
    expect([...person.others].every(status => status === 503), `answers were ${[...person.others]}`);
    expect((await person.answer(person.acknowledged)).status === 303, "the database is back and an answer is not taken");
    const kept = await savedTries(person.client);
    expect(person.acknowledged > 0 && kept >= person.acknowledged, `${person.acknowledged} acknowledged, ${kept} kept`);
  }
}));

// ---- nothing but a socket ------------------------------------------------------------------------------------------------

// The status line of what comes back, or "" when the house hung up without a word.
const shout = (house, bytes) => new Promise(done => {
  const socket = net.connect(house.port, "127.0.0.1", () => socket.write(bytes));
  let heard = "";
  socket.setTimeout(5000, () => socket.destroy());
  socket.on("data", piece => { heard += piece.toString("latin1"); if (heard.includes("\r\n\r\n")) socket.destroy(); });
  socket.on("error", () => {});
  socket.on("close", () => done(heard));
});

visit("requests made by hand are answered with words and a status, and none of them opens a door", async () => {
  const house = await House.open();
  const ask = (line, headers = "") => `${line} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
  const cases = [
    [ask("GET /learn/%2e%2e/people"), 400], [ask("GET /assets/../key"), 400], [ask("GET /assets/%2e%2e/%2e%2e/key"), 400], [ask("GET //people"), 400],
    [ask("GET /people%2fsession"), 400], [ask("GET /%00"), 400], [ask("GET /%ff"), 400], [ask("GET /%e2%80%ae"), 400], [ask("GET /caf%c3%a9"), 404],
    [ask("GET /cafe%cc%81"), 404], [ask(`GET /${"a".repeat(7000)}`), 404], [ask(`GET /${"a".repeat(9000)}`), 414], [ask(`GET /${"a/".repeat(3000)}`), 404],
    [ask("GET http://evil.example/people"), 400], [ask("GET /people", `Cookie: sampan=${"A".repeat(9000)}\r\n`), 431],
    [ask("GET /people", `Cookie: sampan=${"A".repeat(40000)}\r\n`), 431], [ask("GET /people", "Host: y\r\n"), 400], ["GET /people HTTP/1.1\r\n\r\n", 400],
    [ask("TRACE /people"), 501], [ask("CONNECT evil.example:443"), 501], [ask("OPTIONS /people"), 405], [ask("PURGE /people"), 501], [ask("get /people"), 501],
    [ask("POST /people/session", "Content-Length: 3\r\nContent-Length: 4\r\n") + "a=b", 400], [ask("POST /people/session", "Content-Length: -1\r\n"), 400],
    [ask("POST /people/session", "Content-Length: 99999999\r\nContent-Type: application/x-www-form-urlencoded\r\n"), 413],
    [ask("POST /people/session", "Expect: wonders\r\nContent-Length: 3\r\n") + "a=b", 417], [ask("GET /people", "Upgrade: h2c\r\nConnection: Upgrade\r\n"), 200],
    [ask("POST /people/session", "Content-Encoding: gzip\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n") + "\x1f\x8b\x08", 415],
    [ask("GET /people/session/new?to=//evil.example"), 200], [ask("GET /people", "X-Forwarded-Host: evil.example\r\nX-Original-URL: /learn/content\r\n"), 200],
    ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 0], ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  ];
  try {
    for (const [bytes, status] of cases) {
      const heard = await shout(house, Buffer.from(bytes, "latin1")), got = Number(heard.match(/^HTTP\/1\.[01] (\d+)/)?.[1] ?? 0);
      expect(status === got || (status === 0 && got === 400), `${JSON.stringify(bytes.slice(0, 90))} was answered ${heard.slice(0, 60)} and not ${status}`);
      expect(!/evil\.example/.test(heard.split("\r\n").filter(line => /^(location|set-cookie):/i.test(line)).join()), "evil.example is in a header");
    }
    expect((await new Client(house.url).get(LESSON)).status === 200, "the house no longer serves");
    expect(!/Sanitizer|runtime error|broken invariant/.test(house.log), house.log);
  } finally {
    await house.close();
  }
});

visit("a crowd that begins and never ends its requests does not keep others out", async () => {
  const house = await House.open(), sockets = [];
  try {
    for (let n = 0; n < 300; n++) {
      const socket = net.connect(house.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write(n % 2 ? "GET /learn HTTP/1.1\r\nHost: x\r\nX-Slow: " : "POST /people/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=");
      sockets.push(socket);
    }
    await rest(200);
    const { answer } = await answerer(house), started = Date.now();
    for (let n = 0; n < 5; n++) expect((await answer(n)).status === 303, "an answer beside the crowd");
    expect(Date.now() - started < 5000, "the crowd keeps others waiting");
  } finally {
    for (const socket of sockets) socket.destroy();
    await house.close();
  }
});
