// Lighthouse on pages of a running demo: node scripts/lighthouse.mjs NODE_TOOLS URL FOLDER [RUNS]
// Writes lighthouse.json and lighthouse.md into the folder, and prints the table.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, base, folder, runs = "3"] = process.argv.slice(2);
const require = createRequire(join(tools, "package.json"));
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const { default: lighthouse, desktopConfig } = await load("lighthouse");
const { launch } = await load("chrome-launcher");

const PAGES = [
  { name: "Sign-in", path: "/sign-in" },
  { name: "Home", path: "/", as: "builder@demo" },
  { name: "API", path: "/apis/travel/plane", as: "builder@demo" },
  { name: "Datasets", path: "/datasets", as: "builder@demo" },
];
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const FIGURES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"];
// What the performance of a page is asked to be.
const ASKED = { desktop: 95, mobile: 85 };

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// The cookie of a session of one of the demo's people.
async function session(email) {
  const response = await fetch(`${base}/fn/sign-in-demo`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html", origin: base },
    body: new URLSearchParams({ email, next: "/" }),
  });
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  if (cookies.length === 0) throw new Error(`${email} is not signed in: status ${response.status}, ${await response.text()}`);
  return cookies.join("; ");
}

// Lighthouse itself asks for another run where the browser was too busy to record one.
async function run(page, form, cookie, tries = 3) {
  try {
    return await once(page, form, cookie);
  } catch (error) {
    if (tries <= 1) throw error;
    console.error(`    ${page.name}, ${form}: once more, for ${error.message}`);
    return run(page, form, cookie, tries - 1);
  }
}

// One run in a browser of its own, so that nothing is in its cache.
async function once(page, form, cookie) {
  const chrome = await launch({ chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"] });
  try {
    const options = { port: chrome.port, logLevel: "error", output: "json", onlyCategories: CATEGORIES, ...(cookie && { extraHeaders: { Cookie: cookie } }) };
    const { lhr } = await lighthouse(base + page.path, options, form === "desktop" ? desktopConfig : undefined);
    if (lhr.runtimeError) throw new Error(`${page.path}: ${lhr.runtimeError.message}`);
    if (new URL(lhr.finalDisplayedUrl).pathname !== page.path) throw new Error(`${page.path} led to ${lhr.finalDisplayedUrl}`);
    return lhr;
  } finally {
    await chrome.kill();
  }
}

// What Lighthouse finds wanting, apart from the figures themselves.
function found(lhr) {
  const wanting = Object.values(lhr.audits).filter(({ id, score, scoreDisplayMode }) => score !== null && score < 0.9 && scoreDisplayMode !== "informative" && !FIGURES.includes(id));
  return wanting.map(({ id, title, displayValue }) => `${id}: ${title}${displayValue ? ` (${displayValue})` : ""}`);
}

const rows = [];
for (const page of PAGES) {
  const cookie = page.as && (await session(page.as));
  for (const form of ["desktop", "mobile"]) {
    const reports = [];
    for (let turn = 0; turn < Number(runs); turn += 1) reports.push(await run(page, form, cookie));
    const scores = Object.fromEntries(CATEGORIES.map((name) => [name, median(reports.map((lhr) => Math.round(lhr.categories[name].score * 100)))]));
    const figures = Object.fromEntries(FIGURES.map((name) => [name, median(reports.map((lhr) => lhr.audits[name].numericValue))]));
    rows.push({ page: page.name, path: page.path, form, ...scores, figures, asked: ASKED[form], found: found(reports[0]) });
    console.error(`    ${page.name}, ${form}: ${scores.performance}`);
  }
}

const ms = (value) => Math.round(value).toLocaleString("en");
const table = [
  "| page | form | performance | asked | accessibility | best practices | first paint, ms | largest paint, ms | blocked, ms | shift |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
  ...rows.map(
    ({ page, form, figures: of, ...row }) =>
      `| ${page} | ${form} | ${row.performance}${row.performance < row.asked ? " **no**" : ""} | ${row.asked} | ${row.accessibility} | ${row["best-practices"]} | ${ms(of["first-contentful-paint"])} | ${ms(of["largest-contentful-paint"])} | ${ms(of["total-blocking-time"])} | ${of["cumulative-layout-shift"].toFixed(3)} |`,
  ),
].join("\n");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "lighthouse.json"), `${JSON.stringify(rows, null, 2)}\n`);
writeFileSync(join(folder, "lighthouse.md"), `${table}\n`);
console.log(table);
for (const { page, form, found } of rows) if (found.length > 0) console.log(`\n${page}, ${form}:\n${found.map((one) => `  ${one}`).join("\n")}`);
