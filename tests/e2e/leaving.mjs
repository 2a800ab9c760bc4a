// leaving - somebody takes her records along and erases herself, on a phone that others use too: she reads, mistypes, presses twice,
// goes back, loses the power, and is told "erased" when it is true.
import { readFileSync } from "node:fs";
import { Client, answerer, enrol, forms, signIn } from "./client.mjs";
import { House, axeFindings, expect, inHouse, itIsMine, narrow, openBrowser, phone, sticksOut, visit } from "./house.mjs";

const TASK = "/learn/practices/order/map/task", WORDS = "Dear Mei, thank you for writing about the runners.";
const rest = ms => new Promise(go => setTimeout(go, ms));

async function makeAccount(page, url, name) {
  await page.goto(`${url}/people/account/new`);
  await page.locator("[name=name]").fill(name);
  await page.locator("[name=login]").fill(`${name.toLowerCase()}@example.test`);
  await page.locator("[name=password]").fill("three small boats");
  await itIsMine(page);
  await page.locator("main button").click();
  await page.waitForURL(url => url.pathname !== "/people/account/new");
}

const heading = page => page.getByRole("heading", { level: 1 }).innerText();
const drafts = page => page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.startsWith("draft ")).map(pair => pair.join(": ")));

for (const javaScriptEnabled of [true, false]) {
  const manner = javaScriptEnabled ? "with scripts" : "without scripts";

  visit(`she leaves a phone that others use too, ${manner}`, async ({ browser }) => inHouse(browser, { ...phone, javaScriptEnabled }, async ({ house: { lan: url }, page }) => {
    if (javaScriptEnabled) {                                     // somebody before her typed something and went away
      await page.goto(`${url}${TASK}`);
      await makeAccount(page, url, "Wayan");
      await page.goto(`${url}${TASK}`);
      await page.locator("#task textarea").first().fill("Words of Wayan");
      await page.goto(`${url}/people`);
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await page.waitForURL(url => url.pathname === "/");
    }
    await makeAccount(page, url, "Ligaya");
    await page.goto(`${url}${TASK}`);
    await page.locator("#task textarea").first().fill(WORDS);

    // she reads what will happen, and takes a copy
    await page.goto(`${url}/people`);
    await page.getByRole("link", { name: "Erase my account" }).click();
    await page.waitForURL("**/people/erasure");
    for (const what of ["Take it along", "What goes", "What stays", "What nobody can reach from here"]) await page.getByRole("heading", { name: what }).waitFor();
    const [copy] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Take a copy" }).click()]);
    expect(readFileSync(await copy.path(), "utf8").includes("Ligaya"), "the copy is not hers");

    // a wrong password, and she thinks again
    await page.locator("[name=password]").fill("four small boats");
    await page.getByRole("button", { name: "Erase everything" }).click();
    await page.getByText("Nothing has been erased.").waitFor();
    await page.getByRole("link", { name: "No, keep it" }).click();
    await page.getByRole("heading", { name: "Ligaya" }).waitFor();

    // then she does it; the page says how far it is, and looks by itself
    await page.getByRole("link", { name: "Erase my account" }).click();
    await page.locator("[name=password]").fill("three small boats");
    await page.getByRole("button", { name: "Erase everything" }).click();
    await page.waitForURL("**/people/erasure/*");
    const address = page.url();
    await page.getByRole("heading", { name: "Erased", exact: true }).waitFor({ timeout: 25000 });
    expect(page.url() === address, "another page says so");
    expect(!(await page.locator("header").innerText()).includes("Ligaya"), "her name is still in the bar");

    // whoever takes the phone next goes back and back, and finds nobody
    let pages = 0;
    for (let n = 0; n < 8; n++) {
      await page.goBack().catch(() => {});                       // where a password was refused the browser itself asks whether to send it again
      await rest(300);                                           // and a page of before may lead on
      const shown = await page.locator("body").innerText({ timeout: 1000 }).catch(() => "");
      const filled = await page.locator("textarea").evaluateAll(fields => fields.map(field => field.value).join()).catch(() => "");
      if (shown) pages++;
      expect(!shown.includes("Ligaya"), `her name is on a page before, ${n + 1} back: ${page.url()}`);
      expect(!filled.includes(WORDS), `what she began to write is on a page before, ${n + 1} back: ${page.url()}`);
    }
    expect(pages > 3, "there was nothing to go back to");
    await page.goto(`${url}/people/session/new`);
    await page.locator("[name=login]").fill("ligaya@example.test");
    await page.locator("[name=password]").fill("three small boats");
    await page.locator("main").getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The name or the password is not right.").first().waitFor();
    if (javaScriptEnabled) {
      const kept = (await drafts(page)).join("\n");
      expect(!kept.includes("Dear Mei"), `a draft of hers is still on the phone: ${kept}`);
      expect(!kept.includes("Words of Wayan"), `a draft of who had signed out is still on the phone: ${kept}`);
    }
    await page.goto(address);                                    // a bookmark, a year later
    expect(await heading(page) === "Erased", "the address does not say so any more");
  }));

  visit(`who signs out on a phone that others use too leaves no page behind, ${manner}`, async () => {
    const browser = await openBrowser({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });      // as browsers are, and Playwright's is not
    try {
      await inHouse(browser, { ...phone, javaScriptEnabled }, async ({ house: { lan: url }, page }) => {
        await makeAccount(page, url, "Ligaya");
        for (const at of ["/learn", TASK, "/people"]) await page.goto(url + at);
        await page.getByRole("button", { name: "Sign out", exact: true }).click();
        await page.waitForURL(`${url}/`);
        for (const at of ["/people", TASK, "/learn"]) {
          await page.goBack({ timeout: 3000 }).catch(() => {});    // a page that was kept comes without a load
          expect(new URL(page.url()).pathname === at && !(await page.locator("body").innerText()).includes("Ligaya"), `her name is at ${page.url()}`);
        }
      });
    } finally {
      await browser.close();
    }
  });
}

visit("what is typed before signing in goes along: into the account, and with her when she leaves", async ({ browser }) => inHouse(browser, phone, async ({ house: { url }, page }) => {
  const field = page.locator("#task textarea").first();
  const signOut = async () => {
    await page.goto(`${url}/people`);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.waitForURL(`${url}/`);
    await page.goto(url + TASK);
  };
  await page.goto(url + TASK);
  await field.fill(WORDS);
  await makeAccount(page, url, "Ligaya");
  await page.goto(url + TASK);
  expect(await field.inputValue() === WORDS, "her account has not what she typed before it");
  await signOut();
  expect(await field.inputValue() === "", "the next finds what she typed");

  await field.fill("A line");                                    // now she is a guest, with another line half typed
  await page.locator("#task button").click();
  await page.getByText("Only you see this.").waitFor({ state: "detached" });
  await field.fill(WORDS + WORDS);
  await page.goto(`${url}/people/session/new?to=${TASK}`);
  await page.locator("[name=login]").fill("ligaya@example.test");
  await page.locator("[name=password]").fill("three small boats");
  await page.getByText("something half written: ").waitFor();
  await itIsMine(page);
  await page.locator("main").getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(url + TASK);
  expect(await field.inputValue() === WORDS + WORDS, "what she typed as a guest is not hers");

  const other = await page.context().newPage();                  // she forgot that it is open
  await other.goto(url + TASK);
  await page.goto(`${url}/people/erasure`);
  await page.locator("[name=password]").fill("three small boats");
  await page.getByRole("button", { name: "Erase everything" }).click();
  await page.waitForURL("**/people/erasure/*");
  await other.getByRole("link", { name: "Sign in" }).waitFor();
  expect(await other.locator("#task textarea").first().inputValue() === "", "another page of hers still shows her words");
  expect(!(await drafts(page)).length, `a draft of hers is still on the phone: ${await drafts(page)}`);
}));

visit("somebody without an account erases what she saved, without scripts", async ({ browser }) => inHouse(browser, { ...narrow, javaScriptEnabled: false }, async ({ house, page }) => {
  await page.goto(`${house.url}${TASK}`);
  await page.locator("#task textarea").first().fill(WORDS);
  await page.locator("#task button").click();
  await page.waitForLoadState();
  await page.goto(`${house.url}/people`);
  await page.getByRole("link", { name: "Where your data lie" }).click();
  await page.getByText("Only here.").waitFor();
  await page.getByRole("link", { name: "Erase it" }).click();
  expect(await heading(page) === "Erase what I saved" && await page.locator("[type=password]").count() === 0, "she is asked for a password she does not have");
  await page.getByRole("button", { name: "Erase everything" }).click();
  await page.getByRole("heading", { name: "Erased", exact: true }).waitFor({ timeout: 25000 });
  await page.goto(`${house.url}${TASK}`);
  expect(await page.locator("#task textarea").first().inputValue() === "", "her words are still there");
}));

visit("the button is pressed twice at once: both presses lead to one page, and it is done once", async () => {
  const house = await House.open();
  try {
    const client = new Client(house.url);
    await enrol(client, "linh");
    const form = forms((await client.get("/people/erasure")).html).find(f => f.action === "/people/erasure");
    const fields = { ...form.hidden, password: "three red boats" }, cookies = new Map(client.cookies);
    const presses = await Promise.all(Array.from({ length: 6 }, () => { const hand = new Client(house.url); hand.cookies = new Map(cookies); return hand.post(form.action, fields); }));
    const places = new Set(presses.map(reply => `${reply.status} ${reply.location}`));
    expect(places.size === 1 && /^303 \/people\/erasure\/./.test([...places][0]), `the presses led to ${[...places].join(", ")}`);
    expect((await signIn(new Client(house.url), "linh")).status === 422, "she can still sign in");
  } finally {
    await house.close();
  }
});

visit("the power goes while much is being erased: nothing is called erased that is not, and it goes on by itself", async () => {
  const house = await House.open({ settings: { SAMPAN_BUDGETS: "off" } });        // nobody saves so much so soon
  try {
    const { client, answer } = await answerer(house);
    for (let n = 0; n < 6000; n += 50) await Promise.all(Array.from({ length: 50 }, (_, k) => answer(n + k)));
    await enrol(client, "linh");
    const form = forms((await client.get("/people/erasure")).html).find(f => f.action === "/people/erasure");
    const address = (await client.post(form.action, { ...form.hidden, password: "three red boats" })).location;
    await house.stop("SIGKILL");
    await house.start();
    const stranger = new Client(house.url), said = [];
    for (let n = 0; n < 200 && said.at(-1) !== "Erased"; n++) {
      said.push((await stranger.get(address)).html.match(/<h1>([^<]*)/)[1]);
      await rest(100);
    }
    expect(said[0] === "Being erased" && said.at(-1) === "Erased", `the page said ${[...new Set(said)].join(", ")}`);
    await house.stop();
    const doctor = await house.run("doctor");
    expect(!/WRONG.*(sequence|signed)/i.test(doctor.out), doctor.out);
  } finally {
    await house.close();
  }
});

for (const [face, options] of [["at 320 px", narrow], ["at 320 px in the dark", { ...narrow, colorScheme: "dark" }], ["in Arabic at 320 px", { ...narrow, locale: "ar" }]]) {
  visit(`axe finds nothing on the pages of leaving, ${face}`, async ({ browser }) => inHouse(browser, options, async ({ house, page }) => {
    const findings = [];
    const look = async what => {
      for (const line of [...await axeFindings(page), ...await sticksOut(page)]) findings.push(`${what}: ${line}`);
    };
    await makeAccount(page, house.url, "Ligaya");
    for (const at of ["/people", "/people/places", "/people/erasure"]) {
      await page.goto(house.url + at);
      await look(at);
    }
    await page.locator("[name=password]").fill("not this one");
    await page.locator("main form button").click();
    await page.locator(".problems").waitFor();
    await look("a wrong password");
    await page.locator("[name=password]").fill("three small boats");
    await page.locator("main form button").click();
    await page.waitForURL("**/people/erasure/*");
    await look("being erased");
    expect(!findings.length, findings.join("\n"));
  }));
}
