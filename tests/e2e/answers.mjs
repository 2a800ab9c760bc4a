// answers - what is right, read from the questions' own files, so that a visitor who has studied can be played.
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./house.mjs";

const plain = text => text.replace(/\\([:=~#{}])/g, "$1").replace(/[*`]/g, "").replace(/\s+/g, " ").trim();

// The bodies between braces, with escaped braces left alone.
function questionsOf(gift) {
  const found = [];
  for (const block of gift.replace(/^\/\/.*$/gm, "").split(/^::/m).slice(1)) {
    const [, name, rest] = block.match(/^([^:]+)::([\s\S]*)$/);
    found.push({ name: name.trim(), blocks: [...rest.matchAll(/(?<!\\)\{((?:\\[{}]|[^{}])*)\}/g)].map(m => m[1].trim()) });
  }
  return found;
}

const entries = body => [...body.matchAll(/(?<!\\)([=~])((?:\\[=~#]|(?!####)[^=~#])*)(?:#((?:\\[=~]|[^=~])*))?/g)].map(m => {
  const weight = m[2].match(/^\s*%(-?[\d.]+)%/);
  return { sign: m[1], weight: weight ? Number(weight[1]) : m[1] === "=" ? 100 : 0, text: plain(m[2].replace(/^\s*%-?[\d.]+%/, "")) };
});

export function solutions(lesson) {
  const gift = readFileSync(path.join(root, "content/standard", lesson), "utf8");
  return new Map(questionsOf(gift).map(({ name, blocks }) => {
    const [body] = blocks;
    if (blocks.length > 1) return [name, { gaps: blocks.map(b => entries(b)[0].text) }];
    if (/^(T|TRUE|F|FALSE)\b/.test(body)) return [name, { choices: [body.startsWith("T") ? "True" : "False"] }];
    if (body.startsWith("#")) return [name, { gaps: [body.slice(1).match(/=?\s*(?:%[\d.]+%)?(-?[\d.]+)/)[1]] }];
    if (body.startsWith(">")) return [name, { order: body.slice(1).split("####")[0].split("|").map(plain) }];
    const list = entries(body);
    if (list.some(e => e.text.includes("->"))) return [name, { pairs: list.map(e => e.text.split("->").map(t => t.trim())).filter(([left]) => left) }];
    if (list.every(e => e.sign === "=")) return [name, { gaps: [list[0].text] }];
    return [name, { choices: list.filter(e => e.weight > 0).map(e => e.text) }];
  }));
}

// Fills in one question on the page; `right` false gives a wrong answer where the kind allows it.
export async function fillIn(section, solution) {
  if (solution.choices) {
    for (const option of await section.locator("label.choice").all()) {
      const text = (await option.innerText()).replace(/\s+/g, " ").trim();
      const chosen = await option.locator("input").isChecked(), right = solution.choices.includes(text);
      if (right !== chosen && (right || await option.locator("input[type=checkbox]").count())) await option.click();
    }
  } else if (solution.gaps) {
    const fields = await section.locator("input[type=text], select").all();
    for (const [i, field] of fields.entries()) {
      if (await field.evaluate(el => el.tagName) === "SELECT") await field.selectOption({ label: solution.gaps[i] });
      else await field.fill(solution.gaps[i]);
    }
  } else {
    for (const select of await section.locator("select").all()) {
      const label = (await section.locator(`label[for="${await select.getAttribute("id")}"]`).innerText()).replace(/\s+/g, " ").trim();
      if (solution.order) await select.selectOption({ label: String(solution.order.indexOf(label) + 1) });
      else await select.selectOption({ label: solution.pairs.find(([left]) => left === label)[1] });
    }
  }
}
