// weather - what happens outside: a full disk, a database that goes away, a power cut. Each ends in a clear answer, and what was
// acknowledged is there afterwards.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LESSON, answerer, savedTries } from "./client.mjs";
import { House, expect, root, visit } from "./house.mjs";

visit("power cuts: the server is killed while people answer, and every acknowledged answer is there", async () => {
  const house = await House.open();
  const people = [];
  for (let i = 0; i < 4; i++) people.push({ ...(await answerer(house)), acknowledged: 0 });
  for (let cut = 0; cut < 5; cut++) {
    let dark = false;
    const working = people.map(async person => {
      while (!dark) {
        try {
          const reply = await person.answer(person.acknowledged);
          if (reply.status === 303) person.acknowledged++;
        } catch { return; }                                   // the line went dead: not acknowledged
      }
    });
    await new Promise(go => setTimeout(go, 150 + 60 * cut));
    await house.stop("SIGKILL");
    dark = true;
    await Promise.all(working);
    await house.start();
  }
  for (const person of people) {
    const kept = await savedTries(person.client);
    expect(person.acknowledged > 0 && kept >= person.acknowledged, `${person.acknowledged} acknowledged, ${kept} kept`);
  }
  await house.close();
});

visit("a full disk is said in words, takes nothing, and is over when there is room", async () => {
  const disk = mkdtempSync(path.join(tmpdir(), "sampan-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1g", "tmpfs", disk]);
  const house = await House.open({ data: path.join(disk, "var"), settings: { SAMPAN_BUDGETS: "off" } });     // nobody saves so much so soon
  try {
    const { client, answer } = await answerer(house);
    expect((await answer(0)).status === 303, "an answer before the disk is full");
    const ballast = path.join(disk, "ballast");
    try { writeFileSync(ballast, Buffer.alloc(1 << 30)); } catch { /* this is the point */ }
    let n = 1, refused;                                       // n: as many are kept, and none is like the one before it
    while (n < 3000 && !refused) {
      const reply = await answer(n);
      if (reply.status === 303) n++;
      else refused = reply;
    }
    expect(refused, "the disk never filled");
    expect(refused.status === 503, `a full disk answered ${refused.status}`);
    expect(/<form/.test(refused.html) && /<h1/.test(refused.html), "the answer typed is gone from the page");
    expect((await client.get(LESSON)).status === 200, "reading stopped with the disk");
    rmSync(ballast);
    let again = await answer(n);
    for (const until = Date.now() + 10000; again.status === 503 && Date.now() < until;) {      // the disk is looked at every two seconds
      await new Promise(go => setTimeout(go, 200));
      again = await answer(n);
    }
    expect(again.status === 303, "there is room again and nothing can be saved");
    expect(await savedTries(client) === n + 1, `${n + 1} acknowledged, ${await savedTries(client)} kept`);
  } finally {
    await house.close();
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  }
});

visit("the database goes away and returns", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sampan-away-"));
  const script = path.join(root, "script/postgres");
  const database = execFileSync(script, ["start", folder], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  const house = await House.open({ database });
  try {
    const { client, answer } = await answerer(house);
    expect((await answer(0)).status === 303, "an answer while the database is there");
    execFileSync(script, ["stop", folder]);
    const page = await client.get(LESSON), sent = await answer(1);
    expect(page.status === 503 && sent.status === 503, `away: reading ${page.status}, answering ${sent.status}`);
    expect(/<h1/.test(page.html) && /<form/.test(sent.html), "no page that says what to do");
    execFileSync(script, ["start", folder], { stdio: "ignore" });
    expect((await client.get(LESSON)).status === 200, "the database is back and the lesson is not");
    expect((await answer(1)).status === 303, "the database is back and nothing can be saved");
    expect(await savedTries(client) === 2, "an answer was lost or doubled");
  } finally {
    await house.close();
    execFileSync(script, ["stop", folder]);
    rmSync(folder, { recursive: true, force: true });
  }
});
