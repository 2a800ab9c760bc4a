// load - many people at once, some of whom hang up in the middle, against a server built with ThreadSanitizer. What the
// sanitizer says is in the log; a clean log and a clean end are what is asked for, and that every answer that was acknowledged is there.
//   node tests/e2e/load.mjs BINARY [DATABASE_URL]
import net from "node:net";
import { Client, LESSON, QUESTIONS, forms, savedTries } from "./client.mjs";
import { House, expect, runVisits, visit } from "./house.mjs";

const [binary, database = ""] = process.argv.slice(2);

async function learner(house, n) {
  const client = new Client(house.url);
  let acknowledged = 0, saved = 0;
  for (let round = 0; round < 12; round++) {
    const page = await client.get(QUESTIONS);
    expect(page.status === 200, `learner ${n} got ${page.status} for the questions`);
    for (const form of forms(page.html).filter(f => f.action === "/quiz/answers" && f.radios.length).slice(0, 3)) {
      const radio = form.radios[(n + round) % form.radios.length];
      const reply = await client.post(form.action, { ...form.hidden, [radio.name]: radio.value });
      expect(reply.status === 303, `learner ${n} was told ${reply.status} on answering`);
      acknowledged++;
    }
    await Promise.all([client.get(LESSON), client.get("/"), client.get("/learn"), client.get("/search?q=invoice"), client.get("/not/here"), hangUpOnRecords(house, client)]);
    const before = saved;
    saved = await savedTries(client);
    expect(saved > 0 && saved >= before, `learner ${n} finds ${saved} answers in her records, before there were ${before}`);
  }
  const again = await client.get(QUESTIONS);
  expect(again.html.includes('class="saved"') || acknowledged === 0, `learner ${n} finds her answers gone`);
  return acknowledged;
}

// Sends a part of a request and leaves.
const hangUp = house => new Promise(done => {
  const socket = net.connect(house.port, "127.0.0.1", () => {
    const whole = `POST /quiz/answers HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 400\r\n\r\nset=practices`;
    socket.write(whole.slice(0, Math.floor(Math.random() * whole.length)), () => { socket.destroy(); done(); });
  });
  socket.on("error", done);
});

// Asks for her records and leaves when they begin to come.
const hangUpOnRecords = (house, client) => new Promise(done => {
  const cookies = [...client.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const socket = net.connect(house.port, "127.0.0.1", () => socket.write(`GET /people/records HTTP/1.1\r\nHost: x\r\nCookie: ${cookies}\r\n\r\n`));
  socket.on("data", () => socket.destroy());
  socket.on("error", done);
  socket.on("close", done);
});

visit("forty people at once leave no race behind", async () => {
  const house = await House.open({ binary, database });
  const people = Array.from({ length: 40 }, (_, n) => learner(house, n));
  let hanging = true;
  const rude = (async () => { while (hanging) { await hangUp(house); await new Promise(go => setTimeout(go, 3)); } })();
  const acknowledged = (await Promise.all(people)).reduce((a, b) => a + b, 0);
  hanging = false;
  await rude;
  await house.stop();
  expect(acknowledged > 0, "nobody was asked anything");
  expect(!/ThreadSanitizer|AddressSanitizer|runtime error|broken invariant/.test(house.log), house.log.slice(0, 6000));
  expect(house.process.exitCode === 0, `the server ended with ${house.process.exitCode}\n${house.log.slice(-3000)}`);
  await house.close();
});

process.exit(await runVisits({}) ? 0 : 1);
