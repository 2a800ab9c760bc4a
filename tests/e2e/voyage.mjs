// voyage - the first voyage of a learner: she arrives signed out, takes a lesson with its questions, loses the link, comes back,
// makes an account, finishes the course, searches, prints. With scripts and without, at 320 px, by keyboard, right to left.
import { fillIn, solutions } from "./answers.mjs";
import { House, axeFindings, desktop, expect, itIsMine, narrow, phone, sticksOut, visit } from "./house.mjs";

const COURSE = "/learn/practices/order";
const LESSONS = [["map", "10-map"], ["pro-forma", "20-pro-forma"], ["terms", "30-terms"], ["papers", "40-papers"]];

async function inHouse(browser, options, run) {
  const house = await House.open();
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", error => complaints.push(String(error)));
  page.on("console", message => { if (message.type() === "error" && !/Failed to load resource|ERR_/.test(message.text())) complaints.push(message.text()); });
  try {
    await run({ house, context, page });
    expect(!complaints.length, `the browser complained: ${complaints.join("; ")}`);
    expect(!/runtime error|Sanitizer|broken invariant/.test(house.log), house.log);
  } finally {
    await context.close();
    await house.close();
  }
}

const question = (page, name) => page.locator(`#q-${name}`);

// Presses a button and waits until the answer of the server is on the page, whichever way it comes.
async function press(page, button) {
  const answered = page.waitForResponse(reply => reply.request().method() === "GET" && reply.request().redirectedFrom() !== null || reply.request().method() === "POST" && reply.status() >= 400);
  await button.click();
  await answered;
  await page.waitForLoadState();
}

async function answer(page, name, solution) {
  const section = question(page, name);
  await fillIn(section, solution);
  await press(page, section.locator("button"));
  await section.locator(".feedback").first().waitFor();
}

async function fillTask(page) {
  for (const field of await page.locator("#task form").locator("input:not([type=hidden]), textarea, select").all()) {
    const kind = await field.evaluate(el => el.tagName === "INPUT" ? el.type : el.tagName.toLowerCase());
    const name = await field.getAttribute("name");
    if (kind === "radio") await field.check();
    else if (kind === "select") await field.selectOption({ index: 1 });
    else if (kind === "date") await field.fill("2027-03-18");
    else if (kind === "textarea") await field.fill("Thank you for writing. Which size, how many, where to, and when do you need them? ".repeat(4));
    else if (await field.getAttribute("inputmode") === "decimal" || await field.getAttribute("type") === "number") await field.fill("12");
    else if (/hs/.test(name)) await field.fill("630251");
    else await field.fill("Table runner TR-35");
  }
  await press(page, page.locator("#task button"));
}

async function makeAccount(page, name) {
  await page.goto(page.url().replace(/^(https?:\/\/[^/]+).*/, "$1/people/account/new"));
  await page.getByLabel("What shall we call you?").fill(name);
  await page.getByLabel("A name to sign in with").fill(`${name.toLowerCase()}@example.test`);
  await page.getByLabel("Password").fill("three small boats");
  await itIsMine(page);
  await page.getByRole("button", { name: "Make my account" }).click();
  await page.waitForLoadState();
}

for (const javaScriptEnabled of [true, false]) {
  const manner = javaScriptEnabled ? "with scripts" : "without scripts";

  visit(`the whole voyage, ${manner}`, async ({ browser }) => inHouse(browser, { ...phone, javaScriptEnabled }, async ({ house, context, page }) => {
    // she arrives, knows nothing, and begins
    await page.goto(house.url);
    expect(await page.getByRole("heading", { level: 1 }).innerText() === "Your product can travel.", "the home page does not say what this is");
    await page.getByRole("link", { name: "Start the first lesson" }).click();
    await page.waitForURL("**/learn/*/*/*");
    await page.locator(".outcome").waitFor();

    // a neighbour has told her of this one
    await page.goto(`${house.url}${COURSE}/map`);
    await page.getByRole("link", { name: "Check yourself" }).click();
    await page.waitForURL(`**${COURSE}/map/questions`);
    const map = solutions("practices/order/10-map.gift");
    const [first, second, third] = [...map.keys()];

    // a wrong answer teaches, a right one is said to be right
    await question(page, first).locator("label.choice").filter({ hasText: "Your whole catalogue" }).click();
    await press(page, question(page, first).locator("button"));
    await question(page, first).getByText("Not yet.").waitFor();
    await answer(page, first, map.get(first));
    await question(page, first).getByText("Right.").first().waitFor();
    await answer(page, second, map.get(second));

    // nothing chosen: a sentence, not a crash
    await question(page, third).locator("button").click();
    await question(page, third).locator(".error").waitFor();

    // the link is lost in the middle of the task; what she typed is not
    await page.goto(`${house.url}${COURSE}/map/task`);
    const words = "Which size, how many, counted how, where to, when? ".repeat(6).trim();
    await page.locator("#task textarea").first().fill(words);
    await context.setOffline(true);
    await page.locator("#task button").click();
    if (javaScriptEnabled) {
      await page.locator("#task .unsent").waitFor();
      await page.close();
      page = await context.newPage();
      await context.setOffline(false);
      await page.goto(`${house.url}${COURSE}/map/task`);
    } else {
      await page.waitForTimeout(500);
      await context.setOffline(false);
      await page.goBack();
    }
    expect((await page.locator("#task textarea").first().inputValue()).trim() === words, "what she typed is gone");
    await fillTask(page);

    // the power fails; she comes back and finds everything as it was
    await house.stop("SIGKILL");
    await house.start();
    await page.goto(house.url);
    await page.getByText("Go on where you stopped").waitFor();
    await page.locator("a.resume").first().click();
    await page.waitForURL(`**${COURSE}/map*`);
    await page.locator("#standing").getByRole("link", { name: "Check yourself" }).click();
    await question(page, first).getByText("Right.").first().waitFor();
    await page.goto(`${house.url}${COURSE}/map/task`);
    expect(await page.locator("#task textarea").first().inputValue() !== "", "the task is empty after the power cut");

    // an account, later, and nothing is lost
    await makeAccount(page, "Ligaya");
    await page.goto(`${house.url}${COURSE}/map/questions`);
    await question(page, second).getByText("Right.").first().waitFor();

    // the whole course
    for (const [lesson, file] of LESSONS) {
      await page.goto(`${house.url}${COURSE}/${lesson}/questions`);
      for (const [name, solution] of solutions(`practices/order/${file}.gift`)) {
        if (await question(page, name).locator(".feedback strong", { hasText: "Right." }).count() === 0) await answer(page, name, solution);
      }
      await page.locator("#standing a[href$='/task']").click();
      await page.waitForURL("**/task");
      await fillTask(page);
      expect(await page.locator(".error:visible").count() === 0, `the task of ${lesson} was refused: ${(await page.locator(".error:visible").allInnerTexts()).join("; ")}`);
      await press(page, page.locator("#standing button"));
      expect(await page.getByText("Not complete yet.").count() === 0, `${lesson} is not complete: ${(await page.locator(".rule").allInnerTexts()).join("; ")}`);
    }
    await page.goto(house.url + COURSE);
    expect(await page.locator(".stops > .done").count() === LESSONS.length, `the course is not shown as done: ${await page.locator(".stops").innerText()}`);

    // she signs out on the shared phone, and in again
    await page.goto(`${house.url}/people`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForLoadState();
    await page.goto(house.url + COURSE);
    expect(await page.locator(".stops > .done").count() === 0, "her progress shows after she signed out");
    await page.goto(`${house.url}/people/session/new`);
    await page.getByLabel("Your name here, e-mail or telephone number").fill("ligaya@example.test");
    await page.getByLabel("Password").fill("three small boats");
    await page.locator("main").getByRole("button", { name: "Sign in" }).click();
    await page.waitForLoadState();
    await page.goto(house.url + COURSE);
    expect(await page.locator(".stops > .done").count() === LESSONS.length, "her progress did not come back with her");

    // search, and paper
    await page.goto(`${house.url}/search`);
    await page.locator("main input[name=q]").fill("packing list");
    await page.locator("main").getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "Invoice and packing list" }).first().waitFor();
    await page.goto(`${house.url}${COURSE}/map`);
    await page.getByRole("link", { name: "On paper" }).click();
    await page.waitForURL("**/print*");
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("nav").first().isVisible() === false, "the bar at the top is printed");
    expect((await page.locator("main").innerText()).includes("Inquiry"), "the paper is empty");
  }));
}

visit("what a visitor typed before her first answer is still hers after it", async ({ browser }) => inHouse(browser, phone, async ({ house, context, page }) => {
  const map = solutions("practices/order/10-map.gift"), [first, second] = map.keys();
  await page.goto(`${house.url}${COURSE}/map/task`);
  await page.locator("#task textarea").first().fill("Dear Mei, thank you for writing.");
  await page.goto(`${house.url}${COURSE}/map/questions`);
  await context.setOffline(true);
  for (const name of [first, second]) {
    await fillIn(question(page, name), map.get(name));
    await question(page, name).locator("button").click();
    await question(page, name).locator(".unsent").waitFor();
  }
  await context.setOffline(false);
  for (const name of [first, second]) await question(page, name).getByText("Right.").first().waitFor({ timeout: 25000 });
  await page.goto(`${house.url}${COURSE}/map/task`);
  expect(await page.locator("#task textarea").first().inputValue() === "Dear Mei, thank you for writing.", "the draft did not follow her");
}));

visit("what cannot be saved just now is kept, said to be, and sent again by itself", async ({ browser }) => inHouse(browser, phone, async ({ house, page }) => {
  const map = solutions("practices/order/10-map.gift"), [first] = map.keys();
  await page.goto(`${house.url}${COURSE}/map/questions`);
  await page.route("**/quiz/answers", route => route.fulfill({ status: 503, contentType: "text/html", body: "<!doctype html><main><h1>Set up again</h1></main>" }));
  await fillIn(question(page, first), map.get(first));
  await question(page, first).locator("button").click();
  await question(page, first).getByText("This cannot be saved just now.").waitFor();
  expect(await page.locator(".offline").count() === 0, "the link is said to be gone, and it is there");
  await page.unroute("**/quiz/answers");
  await question(page, first).getByText("Right.").first().waitFor({ timeout: 25000 });
}));

visit("one question answered from two tabs: both answers are kept, the later one counts, neither tab fails", async ({ browser }) => inHouse(browser, desktop, async ({ house, context, page }) => {
  const map = solutions("practices/order/10-map.gift"), [first] = map.keys();
  await page.goto(`${house.url}${COURSE}/map/questions`);
  await answer(page, first, map.get(first));
  const other = await context.newPage();
  await other.goto(`${house.url}${COURSE}/map/questions`);
  await answer(page, first, { choices: ["Your whole catalogue, so that she can choose"] });
  await answer(other, first, map.get(first));
  await page.reload();
  await question(page, first).getByText("Right.").first().waitFor();
  expect((await question(page, first).locator(".saved").innerText()).includes("3"), "the three answers are not counted");
}));

visit("by keyboard alone: to the lesson, a question answered, the next one reached", async ({ browser }) => inHouse(browser, { ...desktop, javaScriptEnabled: false }, async ({ house, page }) => {
  await page.goto(`${house.url}${COURSE}/map/questions`);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement.className) === "skip", "the first stop is not the way past the bar");
  await page.keyboard.press("Enter");
  for (let i = 0; i < 60 && await page.evaluate(() => document.activeElement?.type) !== "radio"; i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  const name = await page.evaluate(() => document.activeElement.closest("section").id);
  for (let i = 0; i < 10 && await page.evaluate(() => document.activeElement?.tagName) !== "BUTTON"; i++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(`#${name} .feedback`).first().waitFor();
  expect(page.url().endsWith(`#${name}`), "she is not brought back to her question");
}));

visit("the way around a lesson: a jump loads nothing again, the list closes, and the place is not hidden under the bar", async ({ browser }) => inHouse(browser, phone, async ({ house, page }) => {
  await page.goto(`${house.url}${COURSE}/map`);
  await page.evaluate(() => { globalThis.stillHere = true; });
  await page.locator(".contents summary").click();
  await page.locator(".contents a[href='#standing']").click();
  await page.waitForURL("**/map#standing");
  const [stillHere, top, bar] = await page.evaluate(() => [globalThis.stillHere, document.querySelector("#standing").getBoundingClientRect().top, document.querySelector(".contents").getBoundingClientRect().bottom]);
  expect(stillHere, "the page was loaded again");
  expect(top >= bar && top < bar + 60, `her turn begins at ${top}, the bar ends at ${bar}`);
}));

const PAGES = ["/", "/learn", "/learn/practices", COURSE, `${COURSE}/map`, `${COURSE}/map/questions`, `${COURSE}/papers`, `${COURSE}/map/task`, `${COURSE}/map/print`, "/learn/glossary", "/learn/visit", "/search", "/search?q=invoice", "/search?q=zzzz", "/people", "/people/account/new", "/people/session/new", "/nowhere/at/all", "/example"];

for (const [face, options] of [["at 320 px", { ...narrow }], ["at 320 px in the dark", { ...narrow, colorScheme: "dark" }], ["in Arabic at 320 px", { ...narrow, locale: "ar" }], ["on a desk", desktop]]) {
  visit(`axe finds nothing and nothing sticks out, ${face}`, async ({ browser }) => inHouse(browser, options, async ({ house, page }) => {
    const findings = [];
    for (const at of PAGES) {
      await page.goto(house.url + at);
      for (const line of await axeFindings(page)) findings.push(`${at}: ${line}`);
      for (const line of await sticksOut(page)) findings.push(`${at}: sticks out: ${line}`);
      expect(await page.evaluate(() => document.documentElement.dir) === (options.locale === "ar" ? "rtl" : "ltr"), `${at}: the direction is wrong`);
    }
    const map = solutions("practices/order/10-map.gift"), [first, second] = map.keys();       // and with answers, right and wrong
    await page.goto(`${house.url}${COURSE}/map/questions`);
    await fillIn(question(page, first), options.locale ? { choices: ["Your whole catalogue, so that she can choose"] } : map.get(first));
    await press(page, question(page, first).locator("button"));
    await question(page, second).locator("button").click();
    await question(page, second).locator(".error").waitFor();
    for (const line of await axeFindings(page)) findings.push(`after answering: ${line}`);
    expect(!findings.length, [...new Set(findings)].join("\n"));
  }));
}
