// sign - our signatures before libraries of others, and theirs before ours: Digital Bazaar's Data Integrity suites, @auth0/cose, and their
// base45 and JCS. Each side signs, the other checks; then one byte is altered, and neither takes it.
//   node tests/e2e/sign.mjs SIGN_PEER [SAMPAN]
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Headers, Sign1, COSEKey } from "@auth0/cose";
import { decode as base45Decode, encode as base45Encode } from "@digitalbazaar/base45";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import * as DidKey from "@digitalbazaar/did-method-key";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import * as jcs from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import { cryptosuite as rdfc } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import canonicalize from "canonicalize";
import { expect, root, runVisits, visit } from "./house.mjs";

const peer = path.resolve(process.argv[2] ?? path.join(root, "build/sign-peer"));
const sampan = path.resolve(process.argv[3] ?? path.join(root, "build/sampan"));
const folder = mkdtempSync(path.join(tmpdir(), "sampan-sign-"));
const ours = path.join(folder, "ours");
mkdirSync(ours);
execFileSync(peer, ["make", ours], { cwd: root, stdio: ["ignore", "ignore", "ignore"] });

const read = name => readFileSync(path.join(ours, name), "utf8");
const names = ending => readdirSync(ours).filter(name => name.endsWith(ending));
const key = JSON.parse(read("key.json"));

// ---- their side ---------------------------------------------------------------------------------------------------------------

const didKey = DidKey.driver();
didKey.use({ multibaseMultikeyHeader: "z6Mk", fromMultibase: Ed25519Multikey.from });

// No net: what is not one of these is not there.
const documentLoader = async url => {
  if (url.startsWith("did:key:")) return { contextUrl: null, documentUrl: url, document: await didKey.get({ url }) };
  if (url === "https://sampan.example/terms/v1") return { contextUrl: null, documentUrl: url, document: JSON.parse(read("context.json")) };
  return vc.defaultDocumentLoader(url);
};

const suiteFor = (name, signer) => new DataIntegrityProof({
  signer, cryptosuite: name === "rdfc" ? rdfc : signer ? jcs.createSignCryptosuite() : jcs.createVerifyCryptosuite(),
});

async function theyTake(credential, name) {
  const result = await vc.verifyCredential({ credential, suite: suiteFor(name), documentLoader, now: new Date() });
  return { verified: result.verified, why: result.error?.errors?.map(e => e.stack).join("\n") ?? result.error?.stack ?? "" };
}

const coseKey = await COSEKey.fromJWK({ kty: "OKP", crv: "Ed25519", x: key.x }).toKeyLike();
const theyTakeCose = async bytes => { await Sign1.decode(bytes).verify(coseKey); return true; };

// ---- our side -----------------------------------------------------------------------------------------------------------------

let turns = 0;
function weSay(files, list = read("list.json")) {
  const place = path.join(folder, `theirs-${++turns}`);
  mkdirSync(place);
  writeFileSync(path.join(place, "list.json"), list);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(place, name), bytes);
  const said = execFileSync(peer, ["check", place], { encoding: "utf8" });
  return Object.fromEntries(said.trim().split("\n").map(line => line.split(": ")));
}

// Many at once: what we say to each of them.
function noneGood(texts, ending, what, list) {
  const said = weSay(Object.fromEntries(texts.map((text, i) => [`${i}${ending}`, text])), list);
  expect(Object.keys(said).length === texts.length, `${what}: not all were checked`);
  for (const [name, verdict] of Object.entries(said)) expect(verdict !== "good", `${what}: we take what was altered\n${texts[parseInt(name, 10)]}`);
}

const lines = (what, all) => execFileSync(peer, [what], { input: all.join("\n") + "\n", encoding: "utf8", maxBuffer: 256 << 20 }).trimEnd().split("\n");

// What stands in quotation marks or is a number: altered there, it is JSON still, and says something else.
function* altered(text) {
  const contents = text.indexOf('"credentialSubject"');
  for (const found of text.slice(contents).matchAll(/"(topic|hours|id|name|description|proofValue|created)":\[?"?([^"\]},]+)/g)) {
    const at = contents + found.index + found[0].length - 1, was = text[at];
    const other = /\d/.test(was) ? String((Number(was) + 1) % 10) : was === "a" ? "b" : "a";
    const whole = text.slice(0, at) + other + text.slice(at + 1);
    try { JSON.parse(whole); } catch { continue; }               // the end of an escape
    yield whole;
  }
}

// ---- visits --------------------------------------------------------------------------------------------------------------------

for (const name of ["jcs", "rdfc"]) {
  visit(`what we sign with eddsa-${name}-2022 their library takes, and nothing that was altered`, async () => {
    let n = 0;
    expect(names(`.${name}.json`).length === 6, "six samples were to be signed");
    for (const file of names(`.${name}.json`)) {
      const { verified, why } = await theyTake(JSON.parse(read(file)), name);
      expect(verified, `${file}: ${why}`);
      const others = [...altered(read(file))];
      n += others.length;
      for (const text of others) expect(!(await theyTake(JSON.parse(text), name)).verified, `${file}: they take what was altered\n${text}`);
      noneGood(others, ".json", file);
    }
    expect(n > 20, `only ${n} places were altered`);
  });

  visit(`what they sign with eddsa-${name}-2022 we take, and nothing that was altered`, async () => {
    const pair = await Ed25519Multikey.generate();
    const did = `did:key:${pair.publicKeyMultibase}`;
    Object.assign(pair, { controller: did, id: `${did}#${pair.publicKeyMultibase}` });
    const list = JSON.stringify({ type: "SignTrustList", keys: [{ key: pair.publicKeyMultibase, purpose: "certificate", from: "2020-01-01T00:00:00Z" }] });
    for (const file of names(`.${name}.json`)) {
      const { proof, ...credential } = JSON.parse(read(file));
      if (typeof credential.issuer === "string") credential.issuer = did; else credential.issuer.id = did;
      const theirs = await vc.issue({ credential, suite: suiteFor(name, pair.signer()), documentLoader });
      expect((await theyTake(theirs, name)).verified, `${file}: they do not take their own`);
      const text = JSON.stringify(theirs, null, 2);
      expect(weSay({ "theirs.json": text }, list)["theirs.json"] === "good", `${file}: ${weSay({ "theirs.json": text }, list)["theirs.json"]}\n${text}`);
      expect(weSay({ "theirs.json": text })["theirs.json"] === "unknown-key", `${file}: we take a key that we do not know`);
      noneGood([...altered(JSON.stringify(theirs))], ".json", file, list);
    }
  });
}

visit("what we print on paper their base45 and COSE take, and no byte of it may be another", async () => {
  for (const file of names(".sp1")) {
    const text = read(file);
    expect(text.startsWith("SP1:") && text.length <= 3200, `${file}: ${text}`);
    const bytes = base45Decode(text.slice(4));
    await theyTakeCose(bytes);
    const sign1 = Sign1.decode(bytes);
    expect(sign1.protectedHeaders.get(Headers.Algorithm) === -8 && Buffer.from(sign1.protectedHeaders.get(Headers.KeyID)).toString("hex") === key.kid, `${file}: headers`);
    const others = Array.from(bytes, (_, at) => Uint8Array.from(bytes, (byte, i) => i === at ? byte ^ 1 : byte));
    noneGood(others, ".cose", file);
    const signed = bytes.length - 64;                    // the signature, and before it the payload: the ends of what is signed
    for (const at of [6, signed - 8, signed, bytes.length - 1])
      expect(!(await theyTakeCose(others[at]).catch(() => false)), `${file}: they take byte ${at} altered`);
  }
});

visit("what they sign with COSE we take from base45, whichever map the key's name is in", async () => {
  const jwk = { kty: "OKP", crv: "Ed25519" };
  const pair = await Ed25519Multikey.generate();
  const secret = await pair.export({ secretKey: true, publicKey: true, raw: true });
  jwk.x = Buffer.from(secret.publicKey).toString("base64url");
  jwk.d = Buffer.from(secret.secretKey).subarray(0, 32).toString("base64url");
  const signer = await COSEKey.fromJWK(jwk).toKeyLike();
  const thumb = Buffer.concat([Buffer.from("a301012006215820", "hex"), Buffer.from(secret.publicKey)]);
  const kid = new Uint8Array(await crypto.subtle.digest("SHA-256", thumb)).slice(0, 8);
  const list = JSON.stringify({ type: "SignTrustList", keys: [{ key: pair.publicKeyMultibase, purpose: "certificate", from: "2020-01-01T00:00:00Z" }] });
  const payload = Buffer.from("a2616101626f6bf5", "hex");                             // {"a": 1, "ok": true}
  for (const [here, there] of [[[[1, -8], [4, kid]], []], [[[1, -8]], [[4, kid]]]]) {
    const bytes = (await Sign1.sign(new Map(here), new Map(there), payload, signer)).encode();
    const said = weSay({ "theirs.cose": bytes, "theirs.sp1": "SP1:" + base45Encode(Uint8Array.from(bytes)) }, list);
    expect(said["theirs.cose"] === "good" && said["theirs.sp1"] === "good", JSON.stringify(said));
    expect(weSay({ "theirs.cose": bytes })["theirs.cose"] === "unknown-key", "we take a key that we do not know");
    noneGood(Array.from(bytes, (_, at) => Uint8Array.from(bytes, (byte, i) => i === at ? byte ^ 4 : byte)), ".cose", "theirs", list);
  }
});

// A generator of its own, so that a failure is the same tomorrow.
function randoms(seed) {
  let state = BigInt(seed);
  return () => (state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn) >> 11n;
}

visit("a hundred thousand numbers are written as JavaScript writes them", async () => {
  const next = randoms(7), view = new DataView(new ArrayBuffer(8)), bits = [], want = [];
  const add = pattern => {
    view.setBigUint64(0, pattern & 0xffffffffffffffffn);
    const v = view.getFloat64(0);
    if (!Number.isFinite(v)) return;
    bits.push(view.getBigUint64(0).toString(16).padStart(16, "0"));
    want.push(String(Object.is(v, -0) ? 0 : v));
  };
  for (let i = 0; i < 2047; i++) for (const near of [-1n, 0n, 1n]) add((BigInt(i) << 52n) + near);      // every power of two, and beside it
  for (let i = 0; i < 52; i++) add(1n << BigInt(i));                                                     // the smallest there are
  while (bits.length < 100000) add(next() << 11n ^ next());
  const got = lines("numbers", bits);
  for (let i = 0; i < bits.length; i++) expect(got[i] === want[i], `${bits[i]}: ${got[i]}, not ${want[i]}`);
});

visit("any JSON is canonical as their JCS has it", async () => {
  const next = randoms(11), pick = n => Number(next() % BigInt(n));
  const letters = ["a", "B", "é", "\u0e01", "\uFB33", "\u{1F602}", "\u{10FFFF}", "\uE000", "\uFFFD", "\u0001", "\n", "\"", "\\", "/", "\u007f", "\u2028", "0", " "];
  const text = () => Array.from({ length: pick(6) }, () => letters[pick(letters.length)]).join("");
  const value = depth => {
    const kind = pick(depth > 4 ? 5 : 7);
    if (kind === 0) return null;
    if (kind === 1) return pick(2) === 1;
    if (kind === 2) return pick(2) ? pick(1e9) : (pick(1e9) - 5e8) * 10 ** (pick(60) - 30);
    if (kind < 5) return text();
    if (kind === 5) return Array.from({ length: pick(5) }, () => value(depth + 1));
    return Object.fromEntries(Array.from({ length: pick(6) }, () => [text(), value(depth + 1)]));
  };
  const all = Array.from({ length: 3000 }, () => value(0));
  const got = lines("canonical", all.map(v => JSON.stringify(v)));
  all.forEach((v, i) => expect(got[i] === canonicalize(v), `${JSON.stringify(v)}\n${got[i]}\n${canonicalize(v)}`));
});

visit("a keeper makes keys, copies them, loses the machine, and has them again", async () => {
  const type = (data, words, input = "") => spawnSync(sampan, ["sign", ...words], { cwd: root, input, encoding: "utf8", env: { PATH: process.env.PATH, SAMPAN_DATA: path.join(folder, data) } });
  const copy = path.join(folder, "keys.copy"), passphrase = "seven sacks of rice\n";
  const made = type("box", ["make", "4711", "certificate"]);
  expect(made.status === 0 && /^z6Mk\w+\n$/.test(made.stdout), made.stderr);
  expect(type("box", ["make", "0", "certificate"]).status === 1 && type("box", ["make", "x", "certificate"]).status === 2, "nobody has a key");
  const list = type("box", ["trust"]).stdout;
  expect(JSON.parse(list).keys[0].key === made.stdout.trim(), list);
  const short = type("box", ["backup", copy], "short\n");
  expect(short.status === 1 && /at least 12/.test(short.stderr), short.stderr);
  const backup = type("box", ["backup", copy], passphrase);
  expect(backup.status === 0 && (statSync(copy).mode & 0o777) === 0o600, backup.stderr);
  expect(type("box", ["backup", copy], passphrase).status === 1, "a copy is not written over another");
  const wrong = type("other", ["restore", copy], "seven sacks of jute\n");
  expect(wrong.status === 1 && /The passphrase does not open this copy/.test(wrong.stderr), wrong.stderr);
  expect(/There are no keys/.test(type("other", ["list"]).stdout), "a wrong passphrase left something");
  for (const says of [/^new 1, known 0;/m, /^new 0, known 1;/m]) {
    const restored = type("other", ["restore", copy], passphrase);
    expect(restored.status === 0 && says.test(restored.stdout), restored.stdout + restored.stderr);
  }
  expect(type("other", ["list"]).stdout.startsWith(made.stdout.trim()), "the key is not the same");
  for (const all of [backup, wrong, made]) expect(!/seed|sacks/.test(all.stdout + all.stderr), "a secret was said");
  expect(type("other", ["revoke", made.stdout.trim(), "stolen"]).status === 0 && /stolen/.test(type("other", ["list"]).stdout), "not revoked");
});

visit("a signed file is checked with no installation, and the answer is a word, a sentence and a status", async () => {
  const file = path.join(ours, "small.jcs.json"), list = path.join(ours, "list.json"), code = path.join(ours, "small.sp1");
  const type = (...words) => spawnSync(sampan, ["sign", "check", ...words], { encoding: "utf8", env: { PATH: process.env.PATH, SAMPAN_DATA: "/nonexistent" } });
  for (const [words, status, says] of [
    [[file, "purpose=certificate", `list=${list}`], 0, /^good: The signature is good\.\nkey z6Mk/],
    [[code, "purpose=certificate", `list=${list}`], 0, /^good: /],
    [[file, "purpose=settlement", `list=${list}`], 1, /^wrong-purpose: /],
    [[file, "purpose=certificate", `list=${list}`, "at=2020-01-01T00:00:00Z"], 1, /^ahead: /],
    [[list, "purpose=certificate", `list=${list}`], 1, /^unreadable: There is no signature on it\./],
    [[file, `list=${list}`], 2, /usage/],
    [[file, "purpose=certificate", `list=${file}`], 1, /not a list of keys/],
    [["/nonexistent", "purpose=certificate", `list=${list}`], 1, /cannot be read/],
  ]) {
    const said = type(...words);
    expect(said.status === status && says.test(said.stdout + said.stderr), `${words.join(" ")}: ${said.status}\n${said.stdout}${said.stderr}`);
  }
});

const fine = await runVisits({}, process.argv[4]);
rmSync(folder, { recursive: true });
process.exit(fine ? 0 : 1);
