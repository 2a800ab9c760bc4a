// centres - a ministry sets up two centres and their people from nothing, by the pages alone.
import { House, axeFindings, desktop, expect, phone, sticksOut, visit } from "./house.mjs";

const password = "three red boats";

async function person(browser, house, name, device = phone, at = "/") {
  const context = await browser.newContext({ ...device, locale: "en", javaScriptEnabled: house.scripts });
  const page = await context.newPage();
  await page.goto(house.url + at);
  page.who = name;
  page.scripts = house.scripts;
  return page;
}

async function makeAccount(page, login) {
  await page.getByLabel("What shall we call you?").fill(page.who);
  await page.locator("[name=login]").fill(login);
  await page.locator("[name=password]").fill(password);
  await page.locator("main button").last().click();
  await page.waitForLoadState();
}

async function isWellMade(page) {
  const sideways = await sticksOut(page);
  expect(sideways.length === 0, `${page.url()} sticks out: ${sideways.join(" ")}`);
  if (!page.scripts) return;                       // axe is one
  const findings = await axeFindings(page);
  expect(findings.length === 0, `${page.url()}: ${findings.join("\n")}`);
}

const says = async (page, words) => expect((await page.locator("main").innerText()).includes(words), `${page.who}: ${page.url()} does not say "${words}" but\n${await page.locator("main").innerText()}`);

// Returns the link that is handed over.
async function offer(page, place, role, words) {
  await page.goto(`${place}/people`);
  await page.getByLabel("Role", { exact: true }).selectOption(role.toLowerCase());
  await page.getByLabel("A note of whom it is for, if you hand over a link").fill(words);
  await page.getByRole("button", { name: "Offer it" }).click();
  await isWellMade(page);
  return page.getByLabel("The link").inputValue();
}

async function accept(browser, house, link, name, login) {
  const page = await person(browser, house, name, phone, new URL(link).pathname);
  await isWellMade(page);
  await page.getByRole("link", { name: "Make an account" }).click();
  await makeAccount(page, login);
  expect(page.url() === link, `after the account she is on ${page.url()} and not ${link}`);
  await page.getByRole("button", { name: "Accept" }).click();
  await page.waitForURL("**/centres/roles");
  page.offered = link;
  return page;
}

for (const scripts of [true, false]) visit(`a ministry's admin sets up two centres and their people from nothing, by the pages alone, ${scripts ? "with" : "without"} scripts`, async ({ browser }) => {
  const house = await House.open();
  house.scripts = scripts;
  try {
    let admin = await person(browser, house, "Dewi of the ministry", desktop, "/people/account/new");
    await makeAccount(admin, "dewi@example.org");
    await house.stop();
    const made = await house.run("centres", "admin", "dewi@example.org");
    expect(made.code === 0, made.out);
    await house.start();
    const places = [];
    for (const [name, way] of [["Telecentre Solo", "Behind the batik market"], ["Telecentre Bogor", "Next to the post office"]]) {
      await admin.goto(house.url);
      await admin.getByRole("link", { name: "My roles" }).click();
      await admin.getByRole("link", { name: "Everywhere" }).click();
      await isWellMade(admin);
      await admin.getByLabel("Go to an economy").selectOption({ label: "Indonesia" });
      await admin.getByRole("button", { name: "Go there" }).click();
      await says(admin, "Open a centre");
      await admin.locator("form[action$='/centres'] [name=name]").fill(name);
      await admin.getByRole("button", { name: "Open it", exact: true }).click();
      await isWellMade(admin);
      await admin.getByLabel("Where is it?").fill(way);
      await admin.getByLabel("When is it open?").fill("Monday to Friday, 8 to 4");
      await admin.getByRole("button", { name: "Keep", exact: true }).click();
      await says(admin, way);
      places.push(admin.url());
    }
    const sari = await accept(browser, house, await offer(admin, places[0], "Operator", "Sari, who keeps the box"), "Ibu Sari", "sari@example.org");
    await says(sari, "Telecentre Solo");
    const budi = await accept(browser, house, await offer(sari, places[0], "Trainer", "Budi"), "Pak Budi", "budi@example.org");
    await says(budi, "Trainer");
    await isWellMade(sari);
    await isWellMade(budi);
    expect((await budi.goto(`${places[0]}/people`)).status() === 404, "a trainer sees who was offered what");
    expect((await sari.goto(`${places[1]}/people`)).status() === 404, "an operator looks after another centre");
    const stranger = await person(browser, house, "a stranger", phone, new URL(places[0]).pathname);
    await says(stranger, "Ibu Sari");
    await says(stranger, "Behind the batik market");
    await isWellMade(stranger);
    await stranger.goto(house.url);
    await stranger.getByRole("link", { name: "A centre near you" }).click();
    await stranger.getByRole("link", { name: "Telecentre Solo" }).click();
    await says(stranger, "Ibu Sari");

    // An officer of the economy, who has an account, opens a third centre; whoever had her link before has nothing of it.
    const officer = await person(browser, house, "Wulan", desktop, "/people/account/new");
    await makeAccount(officer, "wulan@example.org");
    await admin.goto(`${house.url}/centres/ID/people`);
    await admin.getByLabel("Role", { exact: true }).selectOption("officer");
    await admin.getByLabel("The name by which she signs in here").fill("wulan@example.org");
    await admin.getByRole("button", { name: "Offer it" }).click();
    await officer.goto(`${house.url}/centres/roles`);
    await officer.getByRole("link", { name: "Officer, Indonesia" }).click();
    await officer.getByRole("button", { name: "Accept" }).click();
    await officer.goto(`${house.url}/centres/ID`);
    await officer.locator("form[action$='/centres'] [name=name]").fill("Telecentre Medan");
    await officer.getByRole("button", { name: "Open it", exact: true }).click();
    await officer.goto(`${house.url}/centres/ID`);
    await says(officer, "Telecentre Medan");
    await isWellMade(officer);
    await officer.goto(sari.offered);
    await says(officer, "A link works once");
    await admin.goto(`${places[0]}/story`);
    await says(admin, "Pak Budi accepted the role: Trainer");
    await isWellMade(admin);

    // Her role is ended while she is writing; nothing that she typed is lost, and nothing is saved.
    await sari.goto(`${places[0]}/description`);
    await sari.getByLabel("Where is it?").fill("Where I want it to be");
    await admin.goto(`${places[0]}/people`);
    const hers = admin.locator("li", { hasText: "Ibu Sari Operator" });
    await hers.getByText("End this role").click();
    await hers.getByRole("button", { name: "End it" }).click();
    await sari.getByRole("button", { name: "Keep", exact: true }).click();
    await says(sari, "Where I want it to be");
    await says(sari, "Nothing was saved");
    await stranger.goto(places[0]);
    await says(stranger, "Behind the batik market");

    // A trainer gives his role back: with his finger, on the thing that says so.
    await budi.goto(`${house.url}/centres/roles`);
    const summary = budi.getByText("Give it back", { exact: true });
    const { x, y, width, height } = await summary.boundingBox();
    await budi.touchscreen.tap(x + width / 2, y + height / 2);
    await budi.getByRole("button", { name: "Give it back now" }).click();
    await says(budi, "You hold no role");
    if (process.env.VISIT_PICTURES && scripts) await pictures(browser, house, admin, places, process.env.VISIT_PICTURES);
  } finally {
    await house.close();
  }
});

async function pictures(browser, house, admin, places, folder) {
  const link = await offer(admin, places[1], "Operator", "Rina");
  await admin.screenshot({ path: `${folder}/own-desk.png`, fullPage: true });
  const cookies = await admin.context().cookies();
  for (const [name, device, colorScheme, lang] of [["phone", phone, "light", "en"], ["dark", phone, "dark", "en"], ["ar", phone, "light", "ar"], ["desk", desktop, "light", "en"]]) {
    const context = await browser.newContext({ ...device, deviceScaleFactor: 1, colorScheme, locale: lang });
    const page = await context.newPage();
    await page.goto(link);
    await page.screenshot({ path: `${folder}/offer-${name}.png`, fullPage: true });
    await context.addCookies(cookies);
    for (const [what, at] of [["index", `${house.url}/centres`], ["economy", `${house.url}/centres/ID`], ["centre", places[0]], ["people", `${places[0]}/people`], ["description", `${places[0]}/description`], ["story", `${places[0]}/story`], ["roles", `${house.url}/centres/roles`]]) {
      await page.goto(at + (lang === "ar" ? "?lang=ar" : ""));
      await page.screenshot({ path: `${folder}/${what}-${name}.png`, fullPage: true });
    }
    await context.close();
  }
}
