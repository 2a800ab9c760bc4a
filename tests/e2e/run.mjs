// node tests/e2e/run.mjs [word]   every visit in real Chromium, on a fresh installation for each file of visits.
import { openBrowser, runVisits } from "./house.mjs";
import "./voyage.mjs";
import "./weather.mjs";
import "./operator.mjs";
import "./hostile.mjs";
import "./leaving.mjs";
import "./centres.mjs";
import "./room.mjs";

const browser = await openBrowser();
const fine = await runVisits({ browser }, process.argv[2]);
await browser.close();
process.exit(fine ? 0 : 1);
