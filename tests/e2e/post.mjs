// post - mail out and in through Debian's Postfix, and hooks, SMS and questions over TLS to servers of Node: our side is build/post-office,
// the kernel as it ships with a module that keeps what comes. Postfix runs from a folder of its own, on free ports; it needs root, as
// whoever installs packages is.
//   node tests/e2e/post.mjs POST_OFFICE [DATABASE_URL]
import { execFileSync, spawn } from "node:child_process";
import crypto from "node:crypto";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import readline from "node:readline";
import tls from "node:tls";
import { expect, freePort, root, runVisits, visit } from "./house.mjs";

const binary = path.resolve(process.argv[2] ?? path.join(root, "build/post-office")), database = process.argv[3] ?? "";
const folder = mkdtempSync(path.join(tmpdir(), "sampan-post-"));
const on = name => path.join(folder, name);
chmodSync(folder, 0o755);

const PATIENCE_MS = 30000;
const pause = ms => new Promise(go => setTimeout(go, ms));
async function until(what, test) {
  for (const end = Date.now() + PATIENCE_MS; ; await pause(50)) {
    const got = await test();
    if (got) return got;
    if (Date.now() > end) throw new Error(`not in ${PATIENCE_MS / 1000} s: ${what}\n${existsSync(on("maillog")) ? readFileSync(on("maillog"), "utf8").slice(-3000) : ""}`);
  }
}

// ---- certificates: an authority of our own, a server that is who it says, and one that is somebody else ------------------------------

const openssl = (...args) => execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
function certify(name, host) {
  openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${host}`);
  writeFileSync(on(`${name}.ext`), `subjectAltName=DNS:${host}\n`);
  openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650", "-out", `${name}.pem`, "-extfile", `${name}.ext`);
}
openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj", "/CN=A test's own authority");
certify("good", "localhost");
certify("wrong", "elsewhere.example");
const pair = name => ({ key: readFileSync(on(`${name}.key`)), cert: readFileSync(on(`${name}.pem`)) });

// ---- Postfix --------------------------------------------------------------------------------------------------------------------------

// What comes for office.example is handed to us by LMTP; for example.org it lies in a Maildir; bounce.example is another server, which
// takes nothing in the end.
class Postfix {
  async start(lmtp, sinkPort) {
    this.port ??= await freePort();
    this.config = on("postfix");
    for (const name of ["postfix", "spool", "lib", "mail"]) mkdirSync(on(name), { recursive: true });
    const id = what => Number(execFileSync("id", [what, "postfix"]));
    chownSync(on("lib"), id("-u"), id("-g"));
    writeFileSync(on("known"), "ana@example.org  ana/\n");
    writeFileSync(on("routes"), `office.example  lmtp:unix:${lmtp}\nbounce.example  smtp:[127.0.0.1]:${sinkPort}\n`);
    writeFileSync(path.join(this.config, "main.cf"), `compatibility_level = 3.6
queue_directory = ${on("spool")}
data_directory = ${on("lib")}
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${on("maillog")}
maillog_file_prefixes = ${folder}
myhostname = mx.example.net
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = ${on("good.pem")}
smtpd_tls_key_file = ${on("good.key")}
smtp_tls_security_level = none
recipient_delimiter = +
virtual_mailbox_domains = example.org
virtual_mailbox_base = ${on("mail")}
virtual_mailbox_maps = texthash:${on("known")}
virtual_uid_maps = static:${id("-u")}
virtual_gid_maps = static:${id("-g")}
virtual_minimum_uid = 1
transport_maps = texthash:${on("routes")}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
`);
    chownSync(on("mail"), id("-u"), id("-g"));
    const service = (name, type, command, wakeup = "-", most = "-", priv = "-", unpriv = "-") => `${name} ${type} ${priv} ${unpriv} n ${wakeup} ${most} ${command}\n`;
    writeFileSync(path.join(this.config, "master.cf"),
      service(`127.0.0.1:${this.port}`, "inet", "smtpd", "-", "-", "n") + service("pickup", "unix", "pickup", "60", "1", "n") + service("cleanup", "unix", "cleanup", "-", "0", "n")
      + service("qmgr", "unix", "qmgr", "1", "1", "n") + service("tlsmgr", "unix", "tlsmgr", "1000?", "1") + service("rewrite", "unix", "trivial-rewrite")
      + service("bounce", "unix", "bounce", "-", "0") + service("defer", "unix", "bounce", "-", "0") + service("trace", "unix", "bounce", "-", "0")
      + service("verify", "unix", "verify", "-", "1") + service("flush", "unix", "flush", "1000?", "0", "n") + service("proxymap", "unix", "proxymap")
      + service("smtp", "unix", "smtp") + service("error", "unix", "error") + service("retry", "unix", "error") + service("virtual", "unix", "virtual", "-", "-", "-", "n")
      + service("lmtp", "unix", "lmtp") + service("anvil", "unix", "anvil", "-", "1") + service("scache", "unix", "scache", "-", "1") + service("postlog", "unix-dgram", "postlogd", "-", "1", "n"));
    execFileSync("postfix", ["-c", this.config, "start"], { stdio: ["ignore", "ignore", "pipe"] });
    await until("Postfix answers", () => new Promise(done => net.connect(this.port, "127.0.0.1").on("data", function() { this.destroy(); done(true); }).on("error", () => done(false))));
  }

  stop() { if (this.config) try { execFileSync("postfix", ["-c", this.config, "stop"], { stdio: "ignore" }); } catch {} }

  letters() {
    const box = on("mail/ana/new");
    return existsSync(box) ? readdirSync(box).map(name => readFileSync(path.join(box, name), "utf8")) : [];
  }

  // As any mail program would.
  bring(from, to, letter) {
    execFileSync("sendmail", ["-C", this.config, "-f", from, "-oi", to], { input: letter });
  }
}

// ---- a mail server of Node, over TLS from its beginning: for names, certificates and passwords ----------------------------------------

const servers = [];
async function listen(server) {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}

function talk(socket, say, got) {
  let data = false;
  socket.on("error", () => {});
  socket.write("220 sink\r\n");
  readline.createInterface({ input: socket, crlfDelay: Infinity }).on("error", () => {}).on("line", line => {
    if (data) { got.push(line); if (line === ".") { data = false; socket.write(`${say.end ?? "250 2.0.0 taken"}\r\n`); } return; }
    const word = line.slice(0, 4).toUpperCase();
    if (word === "EHLO") socket.write("250-sink\r\n250 AUTH PLAIN\r\n");
    else if (word === "AUTH") { got.auth = line; socket.write(say.auth ? "235 2.7.0 in\r\n" : "535 5.7.8 no\r\n"); }
    else if (word === "RCPT" && say.rcpt) socket.write(`${say.rcpt}\r\n`);
    else if (word === "DATA") { data = true; socket.write("354 go\r\n"); }
    else if (word === "QUIT") socket.end("221 bye\r\n");
    else socket.write("250 fine\r\n");
  });
}

// ---- our house ------------------------------------------------------------------------------------------------------------------------

class Office {
  constructor(name) { this.data = on(name); mkdirSync(this.data, { recursive: true }); }

  async start(settings) {
    this.http = await freePort();
    const flags = { data: this.data, listen: `127.0.0.1:${this.http}`, "out-seconds": 5, "mail-from": "Office <sampan@office.example>", ...settings };
    if (database) flags["database-url"] = database;
    const env = { PATH: process.env.PATH, ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.endsWith("SAN_OPTIONS"))) };
    this.process = spawn(binary, Object.entries(flags).map(([name, value]) => `--${name}=${value}`), { env, stdio: ["pipe", "pipe", "pipe"] });
    this.log = "";
    this.process.stderr.on("data", bytes => { this.log += bytes; });
    this.lines = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    const first = (await this.lines.next()).value;
    expect(first === "open", `it did not open: ${first}\n${this.log}`);
  }

  async ask(line) {
    this.process.stdin.write(`${line}\n`);
    return (await this.lines.next()).value;
  }

  async becomes(name, state, hurry = false) {
    return until(`${name} ${state}`, async () => {
      if (hurry) await this.ask("hurry");
      const said = await this.ask(`look ${name}`);
      return said.startsWith(`${state} `) && said;
    });
  }

  async stop(signal) {
    if (this.process.exitCode !== null || this.process.signalCode) return;
    const gone = once(this.process, "exit");
    if (signal) this.process.kill(signal); else this.process.stdin.end();
    await gone;
    const died = this.process.exitCode;
    expect(signal || died === 0, `it ended with ${died}\n${this.log}`);
  }
}

process.on("exit", () => { postfix.stop(); office.process?.kill("SIGKILL"); });
const postfix = new Postfix(), office = new Office("office"), lmtp = on("lmtp");
const refused = [];
const sinkPort = await listen(net.createServer(socket => talk(socket, { rcpt: "550 5.1.1 nobody of that name" }, refused)));
writeFileSync(path.join(office.data, "ca.pem"), readFileSync(on("ca.pem")));
await postfix.start(lmtp, sinkPort);
const throughPostfix = { smtp: `smtp://localhost:${postfix.port}`, lmtp };

// ---- mail out --------------------------------------------------------------------------------------------------------------------------

visit("a mail goes through Postfix by STARTTLS and lies in the box of whom it is for", async () => {
  await office.start(throughPostfix);
  const name = await office.ask("mail ana@example.org often Rencana ekspor: 輸出計画");
  expect(/^[0-9a-f]{24}$/.test(name), name);
  await office.becomes(name, "sent");
  const [letter] = await until("the letter", () => postfix.letters().length && postfix.letters());
  expect(letter.includes(`Message-ID: <${name}@office.example>`) && letter.includes("it is ready.") && letter.includes(`Return-Path: <sampan+b-${name}@office.example>`), letter);
  expect(/Reply-To: <sampan\+plan-a7-[0-9a-f]{16}@office\.example>/.test(letter), letter);
});

visit("whom Postfix does not know is given up at once, and what it said is shown", async () => {
  const name = await office.ask("mail nobody@example.org often Hello");
  const said = await office.becomes(name, "failed");
  expect(said.includes("550 5.1.1"), said);
});

visit("while Postfix is away mail waits, and comes once", async () => {
  const before = postfix.letters().length;
  postfix.stop();
  const name = await office.ask("mail ana@example.org often Later");
  await until("a try", async () => (await office.ask(`look ${name}`)).startsWith("waiting 1 0 The server cannot be reached."));
  await postfix.start(lmtp, sinkPort);
  await office.becomes(name, "sent", true);
  await until("the letter", () => postfix.letters().length > before);
  await pause(1500);
  expect(postfix.letters().length === before + 1, "it came twice");
});

visit("a mail that is taken and comes back later is noted where it was sent", async () => {
  const name = await office.ask("mail gone@bounce.example often Hello");
  const said = await office.becomes(name, "bounced");
  expect(said.includes("It came back: 5.1.1 gone@bounce.example") && (await office.ask("took")).startsWith("0 "), said);
});

// ---- mail in ---------------------------------------------------------------------------------------------------------------------------

const letter = (more = "", subject = "Re: rencana") => `From: Ana <ana@example.org>\nTo: x\nSubject: ${subject}\nMessage-ID: <${crypto.randomUUID()}@example.org>\n${more}\nYa.\n`;
let tookBefore = 0;
const took = async () => Number((await office.ask("took")).split(" ")[0]);

visit("an answer comes in by LMTP to the module that has its address", async () => {
  const address = await office.ask("tagged a7");
  postfix.bring("ana@example.org", address, letter());
  await until("the answer", async () => await took() === 1);
  expect((await office.ask("took")) === "1 a7 ana@example.org Re: rencana", await office.ask("took"));
  tookBefore = 1;
});

visit("an answer of several megabytes comes in whole", async () => {
  const address = await office.ask("tagged a7");
  const lines = Array.from({ length: 60000 }, (_, i) => `. line ${i} ..............................................................`).join("\n");
  postfix.bring("ana@example.org", address, letter() + lines + "\n");
  await until("the answer", async () => await took() === tookBefore + 1);
  tookBefore++;
});

visit("what no address of ours was made for goes back to its sender", async () => {
  const before = postfix.letters().length, address = await office.ask("tagged a7");
  postfix.bring("ana@example.org", address.replace("a7", "a8"), letter());
  await until("the report", () => postfix.letters().length > before);
  expect(postfix.letters().some(text => text.includes("550 5.1.1 Nobody reads mail here")), "no report says why");
  postfix.bring("ana@example.org", await office.ask("tagged closed"), letter());
  await until("the report", () => postfix.letters().some(text => text.includes("550 5.7.1 This plan is closed.")));
  expect(await took() === tookBefore, "it was taken");
});

visit("no machine is answered, and nothing goes round", async () => {
  const address = await office.ask("tagged a7"), ours = postfix.letters().find(text => text.includes("Reply-To:"));
  postfix.bring("ana@example.org", address, letter("Auto-Submitted: auto-replied\n"));
  postfix.bring("", address, letter());
  postfix.bring("ana@example.org", address, ours.slice(ours.indexOf("From:")).replace(/^Auto-Submitted:.*\r?\n/m, ""));
  await until("three refusals", () => {
    const log = readFileSync(on("maillog"), "utf8");
    return (log.match(/550 5\.7\.1 A machine wrote this/g) ?? []).length >= 2 && log.includes("554 5.4.6 It is one of ours");
  });
  expect(await took() === tookBefore, "it was taken");
});

visit("mail that comes while the house is closed comes when it is open, once", async () => {
  const address = await office.ask("tagged a7");
  await office.stop();
  postfix.bring("ana@example.org", address, letter());
  await until("a try", () => /status=deferred.*lmtp/s.test(readFileSync(on("maillog"), "utf8")));
  await office.start(throughPostfix);
  await until("the answer", async () => await took() === 1);
  await pause(1500);
  expect(await took() === 1, "it came twice");
});

visit("killed in the middle of a letter nothing of it is kept, and all come in the end", async () => {
  const address = await office.ask("tagged a7"), names = Array.from({ length: 5 }, (_, i) => `large ${i}`);
  for (const name of names) postfix.bring("ana@example.org", address, letter("", name) + "x".repeat(70).concat("\n").repeat(40000));
  await pause(150);
  await office.stop("SIGKILL");
  await office.start(throughPostfix);
  const kept = () => new Set(readFileSync(path.join(office.data, "taken"), "utf8").split("\n").filter(line => line.includes(" large ")));
  await until("all five, counting those of before", () => kept().size === names.length);
  const queue = () => execFileSync("postqueue", ["-c", postfix.config, "-p"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  await until("nothing left that Postfix would bring again", () => !/\.example/.test(queue()));
});

// ---- servers that are not who they say ----------------------------------------------------------------------------------------------------

async function secureSink(name, say = {}) {
  const got = [];
  const port = await listen(tls.createServer(pair(name), socket => talk(socket, say, got)).on("tlsClientError", () => {}));
  return { port, got };
}

async function restart(settings) {
  await office.stop();
  await office.start(settings);
}

visit("a mail server whose certificate is of another name is told nothing", async () => {
  const sink = await secureSink("wrong");
  await restart({ smtp: `smtps://localhost:${sink.port}` });
  const name = await office.ask("mail ana@example.org often Secret");
  await until("a try", async () => (await office.ask(`look ${name}`)).startsWith("waiting 1 0 The server's certificate is not of that name"));
  expect(sink.got.length === 0, "it was told");
});

visit("a mail server that nobody vouches for is told nothing", async () => {
  const sink = await secureSink("good"), ca = path.join(office.data, "ca.pem");
  rmSync(ca);
  await restart({ smtp: `smtps://localhost:${sink.port}` });
  const name = await office.ask("mail ana@example.org often Secret");
  await until("a try", async () => (await office.ask(`look ${name}`)).startsWith("waiting 1 0 The server's certificate is not of that name"));
  expect(sink.got.length === 0, "it was told");
  writeFileSync(ca, readFileSync(on("ca.pem")));
});

visit("the password is said to who is asked for it, and is in no log", async () => {
  const sink = await secureSink("good", { auth: true }), secrets = path.join(office.data, "secrets");
  writeFileSync(secrets, "smtp open sesame\n");
  chmodSync(secrets, 0o600);
  await restart({ smtp: `smtps://ana@localhost:${sink.port}` });
  await office.becomes(await office.ask("mail ana@example.org once Secret"), "sent");
  const plain = Buffer.from(sink.got.auth.split(" ").pop(), "base64").toString();
  expect(plain === "\0ana\0open sesame" && sink.got.includes("Subject: Secret"), JSON.stringify(plain));
  const no = await secureSink("good", { auth: false });
  await restart({ smtp: `smtps://ana@localhost:${no.port}` });
  const name = await office.ask("mail ana@example.org once Secret");
  const said = await until("a try", async () => { const look = await office.ask(`look ${name}`); return look.startsWith("waiting 1 0 ") && look; });
  expect(said.includes("535 5.7.8 no") || said.includes("does not take the user"), said);
  expect(!office.log.includes("sesame") && !office.log.includes("ana@"), office.log);
});

// ---- hooks, SMS, questions ------------------------------------------------------------------------------------------------------------------

function asked(name, answer) {
  const got = [];
  const server = https.createServer(pair(name), (request, response) => {
    let body = "";
    request.on("data", bytes => { body += bytes; }).on("end", () => { got.push({ url: request.url, method: request.method, headers: request.headers, body }); answer(request, response, body); });
  }).on("tlsClientError", () => {});
  return listen(server).then(port => ({ port, got }));
}

const signature = (secret, id, stamp, body) => "v1," + crypto.createHmac("sha256", Buffer.from(secret.slice(6), "base64")).update(`${id}.${stamp}.${body}`).digest("base64");

visit("a hook arrives over TLS, and its receiver can check who sent it", async () => {
  const server = await asked("good", (request, response) => response.end());
  await restart({ smtp: "files", hosts: `private:https://localhost:${server.port}` });
  const key = await office.ask("key test");
  await office.becomes(await office.ask(`hook https://localhost:${server.port}/in often {"order":7}`), "sent");
  const [{ headers, body, method }] = server.got;
  expect(method === "POST" && body === '{"order":7}' && headers["webhook-signature"] === signature(key, headers["webhook-id"], headers["webhook-timestamp"], body), JSON.stringify(server.got));
  expect(Math.abs(Date.now() / 1000 - headers["webhook-timestamp"]) < 60, headers["webhook-timestamp"]);
});

visit("a host whose certificate is of another name gets no hook", async () => {
  const server = await asked("wrong", (request, response) => response.end());
  await restart({ smtp: "files", hosts: `private:https://localhost:${server.port}` });
  const name = await office.ask(`hook https://localhost:${server.port}/in often {"order":7}`);
  await until("a try", async () => (await office.ask(`look ${name}`)).startsWith("waiting 1 0 The server's certificate is not of that name"));
  expect(server.got.length === 0, "it was told");
});

visit("a gateway gets an SMS, answers 200 with an error, and gets the same again under the same id", async () => {
  const secret = "whsec_" + crypto.randomBytes(32).toString("base64");
  writeFileSync(path.join(office.data, "secrets"), `sms ${secret}\n`);
  let turn = 0;
  const gateway = http.createServer((request, response) => {
    let body = "";
    request.on("data", bytes => { body += bytes; }).on("end", () => {
      const { id, to, text } = JSON.parse(body), h = request.headers;
      got.push({ id, to, text, good: h["webhook-signature"] === signature(secret, h["webhook-id"], h["webhook-timestamp"], body) });
      response.end(turn++ === 0 ? '{"error":"no credit"}' : JSON.stringify({ id, state: "taken" }));
    });
  }), got = [];
  const port = await listen(gateway);
  await restart({ smtp: "files", sms: `http://127.0.0.1:${port}/send` });
  const name = await office.ask("sms +6281234567 Besok");
  await until("a try", async () => (await office.ask(`look ${name}`)).startsWith("waiting 1 0 The gateway said 200"));
  await office.becomes(name, "sent", true);
  expect(got.length === 2 && got[0].id === name && got[1].id === name && got.every(g => g.good && g.to === "+6281234567" && g.text === "Besok"), JSON.stringify(got));
});

visit("a gateway brings an SMS once, signed with the same secret", async () => {
  const secret = readFileSync(path.join(office.data, "secrets"), "utf8").split(" ")[1].trim();
  const body = JSON.stringify({ id: "g-1", from: "+6281234567", to: "777", text: "price rice" }), stamp = String(Math.floor(Date.now() / 1000));
  const headers = { "content-type": "application/json", "webhook-id": "g-1", "webhook-timestamp": stamp, "webhook-signature": signature(secret, "g-1", stamp, body) };
  for (let i = 0; i < 2; i++) {
    const reply = await fetch(`http://127.0.0.1:${office.http}/sms`, { method: "POST", headers, body });
    expect(reply.status === 200 && (await reply.json()).state === "taken", `status ${reply.status}`);
  }
  await until("the SMS", async () => (await office.ask("took")) === "1 sms +6281234567 rice");
  const forged = await fetch(`http://127.0.0.1:${office.http}/sms`, { method: "POST", headers, body: body.replace("rice", "gold") });
  expect(forged.status === 401, `status ${forged.status}`);
});

visit("a question is answered, and leads nowhere else", async () => {
  const server = await asked("good", (request, response) => {
    if (request.url === "/rates") response.end("USD,15600\n");
    else if (request.url === "/moved") response.writeHead(302, { location: "/rates" }).end();
    else response.writeHead(302, { location: "http://169.254.169.254/latest" }).end();
  });
  await restart({ smtp: "files", hosts: `private:https://localhost:${server.port}` });
  const at = `https://localhost:${server.port}`;
  expect(await office.ask(`fetch ${at}/rates`) === "200 USD,15600", "no answer");
  const moved = await office.ask(`fetch ${at}/moved`);
  expect(moved === "200 USD,15600", moved);
  expect((await office.ask(`fetch ${at}/away`)).startsWith("never The server leads to another host."), "a redirect away");
  expect((await office.ask("fetch https://127.0.0.1:1/")).startsWith("never SAMPAN_HOSTS does not name this host."), "a host that is not named");
});

const fine = await runVisits({});
await office.stop().catch(error => console.log(error.stack));
postfix.stop();
postfix.config = "";
for (const server of servers) { server.closeAllConnections?.(); server.close(); }
rmSync(folder, { recursive: true, force: true });
process.exit(fine ? 0 : 1);
