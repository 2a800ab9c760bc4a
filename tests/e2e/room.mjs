// room - an operator, fifteen people and one phone: each comes in by a name and a PIN, nobody ever sees another's words, and the power goes
// while fifteen are signed in.
import { Client, becomesOperator, forms, signIn } from "./client.mjs";
import { House, axeFindings, expect, inHouse, itIsMine, narrow, phone, sticksOut, visit } from "./house.mjs";

const TASK = "/learn/practices/order/map/task", OPERATOR = "asih", PASSWORD = "three small boats";
const names = ["Adi", "Bayu", "Citra", "Dewi", "Eko", "Fajar", "Gita", "Hadi", "Intan", "Joko", "Kartika", "Lestari", "Made", "Nur", "Oka"];
const wordsOf = name => `The order of ${name} for nine boats`;

async function operatorMakesGroup(house, page) {
  await page.goto(`${house.lan}/people/account/new`);
  await page.locator("[name=name]").fill("Asih");
  await page.locator("[name=login]").fill(OPERATOR);
  await page.locator("[name=password]").fill(PASSWORD);
  await itIsMine(page);
  await page.locator("main button").click();
  await page.waitForURL(url => url.pathname !== "/people/account/new");
  await becomesOperator(house, OPERATOR, PASSWORD);
  await page.goto(`${house.lan}/room`);
  await page.getByLabel("A new group").fill("Monday group");
  await page.getByRole("button", { name: "Make the group" }).click();
  await page.getByRole("heading", { name: "Monday group" }).waitFor();
  return new URL(page.url()).pathname;
}

// A name and one tap each; what else is tapped would be counted here.
async function enrolAll(page) {
  const pins = new Map();
  let taps = 0;
  for (const name of names) {
    await page.getByLabel("Somebody new").fill(name);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    taps++;
    const line = page.getByText(`${name}: the PIN is`);
    await line.waitFor();
    pins.set(name, (await line.innerText()).match(/PIN is (\d{4})/)[1]);
  }
  expect(taps / names.length < 3, `${taps} taps for ${names.length} people`);
  return pins;
}

async function openDevice(page) {
  await page.getByRole("button", { name: "Open this device for the group" }).click();
  await page.getByRole("heading", { name: "Who are you?" }).waitFor();
}

async function comeIn(page, name, pin) {
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByLabel("Your PIN").fill(pin);
  await page.getByRole("button", { name: "Come in" }).click();
  await page.getByRole("link", { name, exact: true }).first().waitFor();
}

// All that this phone shows or keeps, as text.
const everything = page => page.evaluate(() => [document.body.innerText, ...[...document.querySelectorAll("textarea, input")].map(field => field.value),
  ...Object.entries(localStorage).flat(), ...Object.entries(sessionStorage).flat()].join("\n"));

async function expectNothingOf(page, others, when) {
  const all = await everything(page).catch(() => "");
  for (const name of others) expect(!all.includes(wordsOf(name)), `${when}: the words of ${name} are at ${page.url()}`);
}

for (const javaScriptEnabled of [true, false]) {
  visit(`an operator, fifteen people and one phone: nobody sees another's words, ${javaScriptEnabled ? "with scripts" : "without scripts"}`, async ({ browser }) =>
    inHouse(browser, { ...phone, javaScriptEnabled }, async ({ house, page }) => {
      const look = javaScriptEnabled ? expectNothingOf : async (on, others, when) => {
        const shown = await on.content().catch(() => "");
        for (const name of others) expect(!shown.includes(wordsOf(name)), `${when}: the words of ${name} are at ${on.url()}`);
      };
      await operatorMakesGroup(house, page);
      const pins = await enrolAll(page), before = [];
      await openDevice(page);
      for (const name of names) {
        await comeIn(page, name, pins.get(name));
        await page.goto(house.lan + TASK);
        await look(page, before, `${name} comes to the task`);
        await page.locator("#task textarea").first().fill(wordsOf(name));
        await page.locator("#task button").first().click();
        await page.getByText("Saved ").first().waitFor();
        await page.locator("#task textarea").first().fill(`${wordsOf(name)}, half written`);
        await page.getByRole("button", { name: "Next person" }).click();         // one tap, from where she is
        await page.getByRole("heading", { name: "Who are you?" }).waitFor();
        before.push(name);
        await look(page, before, `after ${name}`);
        if (names.indexOf(name) % 5) continue;
        for (let n = 0; n < 3; n++) {
          await page.goBack({ timeout: 3000 }).catch(() => {});
          await page.waitForTimeout(200);
          await look(page, before, `${n + 1} back after ${name}`);
        }
        await page.goto(`${house.lan}/room`);
      }
      await comeIn(page, names[0], pins.get(names[0]));                           // and hers are there for her
      await page.goto(house.lan + TASK);
      expect(await page.locator("#task textarea").first().inputValue() === wordsOf(names[0]), "her own words are gone");
    }));
}

for (const javaScriptEnabled of [true, false]) {
  visit(`where nobody worked nobody is asked whose work it is, ${javaScriptEnabled ? "with scripts" : "without scripts"}`, async ({ browser }) =>
    inHouse(browser, { ...phone, javaScriptEnabled }, async ({ house, page }) => {
      for (const at of ["/people/session/new", "/people/account/new"]) {
        await page.goto(house.lan + at);
        expect(await page.locator(".work").count() === 1 && !(await page.locator(".work").isVisible()), `asked at ${at}`);
      }
    }));
}

visit("the power goes while fifteen are signed in, each on a device: everybody is still there, and is who she was", async ({ browser }) =>
  inHouse(browser, phone, async ({ house, page }) => {
    const room = await operatorMakesGroup(house, page), pins = await enrolAll(page);
    const people = [];
    for (const name of names) {
      const client = new Client(house.url);
      await signIn(client, OPERATOR, PASSWORD);
      const open = forms((await client.get(room)).html).find(f => f.action === `${room}/devices`);
      await client.post(open.action, open.hidden);
      const seat = (await client.get("/room")).html.match(new RegExp(`href="(/room/seats/\\d+)"[^>]*>(?:(?!</a>)[\\s\\S])*<bdi>${name}</bdi>`))[1];
      const knock = forms((await client.get(seat)).html).find(f => f.action === `${seat}/session`);
      expect((await client.post(knock.action, { ...knock.hidden, pin: pins.get(name) })).status === 303, `${name} does not come in`);
      people.push({ name, client });
    }
    await house.stop("SIGKILL");
    await house.start();
    for (const { name, client } of people) {
      const page = await client.get("/people");
      expect(page.html.includes(`<h1><bdi>${name}</bdi></h1>`), `${name} is somebody else after the power cut`);
    }
  }));

visit("a queue belongs to who typed it: what could not be sent goes with her, is asked about after a restart, and is never the next one's", async ({ browser }) =>
  inHouse(browser, phone, async ({ house, context, page }) => {
    await page.goto(house.lan + TASK);
    await context.setOffline(true);
    await page.locator("#task textarea").first().fill(wordsOf("Adi"));
    await page.locator("#task button").first().click();
    await page.locator("#task .unsent").waitFor();
    await page.goto("about:blank");                                 // before the link is back: the page would send it at once
    await context.clearCookies();                                   // the browser was closed: the cookie of a visitor ends with it
    await context.setOffline(false);
    await page.goto(house.lan + TASK);
    const asks = page.getByText("Something was written on this device and could not be sent");
    await asks.waitFor();
    await expectNothingOfField(page);
    await page.getByRole("button", { name: "Yes, send it as mine" }).click();
    await page.waitForFunction(() => !Object.keys(localStorage).some(key => key.startsWith("unsent ")), null, { timeout: 30000 });
    await page.reload();
    expect(await page.locator("#task textarea").first().inputValue() === wordsOf("Adi"), "it was not sent");
  }));

async function expectNothingOfField(page) {
  expect(await page.locator("#task textarea").first().inputValue() === "", "somebody's words are in the form of another visitor");
}

visit("what the house will not have is shown with its words, to copy or try again, and an answer is dropped only by a page of ours", async ({ browser }) =>
  inHouse(browser, phone, async ({ house, page }) => {
    await page.goto(house.lan + TASK);
    await page.locator("#task textarea").first().fill(wordsOf("Bayu"));
    await page.route("**/answers", route => route.fulfill({ status: 200, contentType: "text/html", body: "<!doctype html><h1>Pay for the network here</h1>" }));
    await page.locator("#task button").first().click();
    await page.locator("#task .unsent").waitFor();
    await page.unroute("**/answers");
    const keeper = `<!doctype html><main><h1>This cannot be taken</h1></main><div id="keeper"></div>`;
    await page.route("**/answers", route => route.fulfill({ status: 404, contentType: "text/html", body: keeper }));
    await page.goto(`${house.lan}/learn`);
    await page.getByText("This could not be saved:").waitFor({ timeout: 30000 });
    expect(await page.locator(".keeps textarea").inputValue() === wordsOf("Bayu"), "its words are not shown");
    await page.unroute("**/answers");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.waitForFunction(() => !Object.keys(localStorage).some(key => key.startsWith("unsent ")), null, { timeout: 30000 });
    await page.goto(house.lan + TASK);
    expect(await page.locator("#task textarea").first().inputValue() === wordsOf("Bayu"), "it was not sent");
  }));

visit("two people on one phone at the same second: a page that is still open sends nothing as the next person", async ({ browser }) =>
  inHouse(browser, phone, async ({ house, context, page }) => {
    await operatorMakesGroup(house, page);
    const pins = await enrolAll(page);
    await openDevice(page);
    await comeIn(page, "Adi", pins.get("Adi"));
    await page.goto(house.lan + TASK);
    await page.locator("#task textarea").first().fill(wordsOf("Adi"));
    let release;
    const held = new Promise(go => { release = go; });
    await page.route("**/answers", async route => { await held; await route.continue(); });
    await page.locator("#task button").first().click();             // it is under way while the next one comes in by another page
    const other = await context.newPage();
    await other.goto(`${house.lan}/room`);
    await comeIn(other, "Bayu", pins.get("Bayu"));
    release();
    await page.waitForTimeout(1500);
    await other.goto(`${house.lan}/people`);
    await other.getByRole("heading", { name: "Bayu" }).waitFor();
    await other.goto(house.lan + TASK);
    expect(await other.locator("#task textarea").first().inputValue() === "", "the words of Adi are Bayu's");
    const all = await everything(page).catch(() => "");
    expect(all.includes("Bayu") || !all.includes(wordsOf("Adi")) || page.url().includes("/room"), "the page of Adi goes on");
  }));

visit("signing out asks first where something is not sent, and then nothing of hers is left on the phone", async ({ browser }) =>
  inHouse(browser, phone, async ({ house, context, page }) => {
    await operatorMakesGroup(house, page);
    await page.goto(house.lan + TASK);
    await page.route("**/answers", route => route.abort());
    await page.locator("#task textarea").first().fill(wordsOf("Citra"));
    await page.locator("#task button").first().click();
    await page.locator("#task .unsent").waitFor();
    await page.goto(`${house.lan}/people`);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByText("Something you wrote here has not been sent yet.").waitFor();
    await page.getByRole("button", { name: "Leave and forget it" }).click();
    await page.waitForURL(`${house.lan}/`);
    await expectNothingOf(page, ["Citra"], "signed out");
  }));

for (const [face, options] of [["at 320 px", narrow], ["at 320 px in the dark", { ...narrow, colorScheme: "dark" }], ["in Arabic at 320 px", { ...narrow, locale: "ar" }]]) {
  visit(`axe finds nothing on the pages of a shared device, ${face}`, async ({ browser }) => inHouse(browser, options, async ({ house, page }) => {
    const findings = [], arabic = options.locale === "ar";
    const look = async what => {
      for (const line of [...await axeFindings(page), ...await sticksOut(page)]) findings.push(`${what}: ${line}`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${face.replace(/\W+/g, "-")}-${what.replace(/\W+/g, "-")}.png`, fullPage: true });
    };
    await page.goto(house.lan + TASK);
    await page.locator("#task textarea").first().fill(wordsOf("Adi"));
    await page.locator("#task button").first().click();
    await page.waitForTimeout(800);
    for (const at of ["/people/session/new", "/people/account/new", "/people/done", "/room"]) {
      await page.goto(house.lan + at);
      await look(at);
    }
    await page.goto(`${house.lan}/people/account/new`);
    for (const [name, value] of [["name", "Asih"], ["login", OPERATOR], ["password", PASSWORD]]) await page.locator(`[name=${name}]`).fill(value);
    await page.locator("main button").click();
    await page.waitForURL(url => url.pathname !== "/people/account/new");
    await becomesOperator(house, OPERATOR, PASSWORD);
    await page.goto(`${house.lan}/people`);
    await look("put aside");
    await page.goto(`${house.lan}/room/desk`);
    await page.locator("[name=name]").fill("Monday group");
    await page.locator("main button").click();
    for (const name of ["Adi", "Sri Rahayu Wulandari Kusumawardhani", "نور"]) {
      await page.locator("[name=name]").fill(name);
      await page.locator("main form button").first().click();
      await page.waitForLoadState();
    }
    await look("a group");
    await page.locator("form[action$='/devices'] button").click();
    await page.waitForURL("**/room");
    await look("names");
    await page.locator(".names a").first().click();
    await look("a PIN");
    for (let n = 0; n < 5; n++) {
      await page.locator("[name=pin]").fill("0000");
      await page.locator("main form button").click();
      await page.waitForLoadState();
    }
    await look("closed after five");
    expect(!findings.length, findings.join("\n"));
    expect(!arabic || await page.locator("html").getAttribute("dir") === "rtl", "not in Arabic");
  }));
}
