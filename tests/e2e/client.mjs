// client - a person without a browser: cookies, pages, forms. For visits in bad weather, where only the server's words matter.
export class Client {
  constructor(url) {
    this.url = url;
    this.cookies = new Map();
  }

  async request(path, options = {}) {
    const headers = { Accept: "text/html", ...options.headers };
    if (this.cookies.size) headers.Cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const reply = await fetch(this.url + path, { redirect: "manual", ...options, headers });
    // Our cookies have no comma in them, so this reads several; getSetCookie is too new for the node of Debian 12.
    for (const line of (reply.headers.get("set-cookie") ?? "").split(/,\s*/).filter(Boolean)) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      this.cookies.set(name, value);
    }
    return { status: reply.status, location: reply.headers.get("location"), html: await reply.text() };
  }

  get(path) {
    return this.request(path);
  }

  post(path, fields) {
    return this.request(path, { method: "POST", body: new URLSearchParams(fields) });
  }
}

const unescape = text => text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name) => ({ lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" })[name]);
const attribute = (tag, name) => unescape(tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1] ?? "");

// The forms of a page: where they go, and the hidden and offered values in them.
export const forms = html => [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, tag, inside]) => ({
  action: attribute(tag, "action"),
  hidden: Object.fromEntries([...inside.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(([input]) => [attribute(input, "name"), attribute(input, "value")])),
  radios: [...inside.matchAll(/<input\b[^>]*type="radio"[^>]*>/g)].map(([input]) => ({ name: attribute(input, "name"), value: attribute(input, "value") })),
  inside,
}));

export const LESSON = "/learn/practices/order/map", QUESTIONS = `${LESSON}/questions`;

// A visitor who can answer the first question with choices, again and again.
export async function answerer(house, client = new Client(house.url)) {
  const page = await client.get(QUESTIONS);
  if (page.status !== 200) throw new Error(`the questions: ${page.status}`);
  const form = forms(page.html).find(f => f.action === "/quiz/answers" && f.radios.length > 1);
  return { client, answer: n => client.post(form.action, { ...form.hidden, choice: form.radios[n % form.radios.length].value }) };
}

// Her own records, one a line, as the house gives them to her.
export const savedTries = async client => {
  const records = await client.get("/people/records");
  if (records.status !== 200) throw new Error(`her records: ${records.status}`);
  return records.html.split("\n").filter(line => line.includes('"quiz.answered"')).length;
};

// Makes an account by the form that everybody sees; the reply says whether it went well. What was done on this device is hers.
export async function enrol(client, login, password = "three red boats") {
  const form = forms((await client.get("/people/account/new")).html).find(f => f.action === "/people/account");
  const mine = form.radios.find(r => r.name === "mine" && r.value).value;
  return client.post(form.action, { ...form.hidden, name: "Linh", login, password, mine });
}

// mine: that the work on this device is hers.
export async function signIn(client, login, password = "three red boats", mine = false) {
  const form = forms((await client.get("/people/session/new")).html).find(f => f.action === "/people/session");
  const yes = form.radios.find(radio => radio.name === "mine" && radio.value)?.value ?? "";
  return client.post(form.action, { ...form.hidden, login, password, mine: mine ? yes : "" });
}

async function press(client, at, action, fields) {
  const form = forms((await client.get(at)).html).find(f => f.action.endsWith(action));
  const reply = await client.post(form.action, { ...form.hidden, ...fields });
  if (reply.status !== 303) throw new Error(`${form.action}: ${reply.status}`);
  return reply.location;
}

// Somebody with an account becomes operator of a new centre, as people do it: an admin opens it and offers, and she accepts. Its path.
export async function becomesOperator(house, login, password, name = "Telecentre Solo") {
  const admin = new Client(house.url), her = new Client(house.url);
  await enrol(admin, "wulan");
  await house.stop();
  const made = await house.run("centres", "admin", "wulan");
  if (made.code !== 0) throw new Error(made.out);
  await house.start();
  await signIn(her, login, password);
  const [centre] = (await press(admin, "/centres/ID", "/centres", { name })).match(/^\/centres\/\d+/);
  await press(admin, `${centre}/people`, "/offers", { role: "operator", login });
  const [, offer] = (await her.get("/centres/roles")).html.match(/href="([^"]+\/offers\/[^"]+)"/);
  await press(her, offer, offer, { name: "Asih" });
  return centre;
}

export async function signOut(client) {
  const form = forms((await client.get("/people")).html).find(f => f.action === "/people/session");
  return client.post(form.action, form.hidden);
}
