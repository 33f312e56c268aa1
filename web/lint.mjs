// What the console's sources may not hold, told by reading them: left and right in a sheet (both
// languages share it), words that hedge, a style attribute (the page's policy refuses it).
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

// A physical side in a declaration. Lines that must name one say why with `physical:`.
const physical = /(^|[\s;{(-])(left|right|top|bottom)\s*:|:\s*[^;{]*\b(left|right)\b|(margin|padding|border)-(left|right|top|bottom)\b|\b(?<!-)(width|height)\s*:/;
const hedges = /\b(impossible|simply|oops|sorry|please|military-grade|potentially|may have|just)\b|!["'`]/i;
const hedges_ar = /مستحيل|ببساطة|عذرًا|نأسف|يرجى|من فضلك|المستخدم/;

function files(folder, ends) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return files(full, ends);
    return ends.some((end) => entry.name.endsWith(end)) ? [full] : [];
  });
}

function lint_sheet(file, text, found) {
  text.split("\n").forEach((line, i) => {
    const rule = line.replace(/\/\*.*?\*\//g, "");
    const is_query = /@media|@container/.test(rule);
    if (!is_query && physical.test(rule) && !/physical:/.test(line)) {
      found.push(`${file}:${i + 1}: a physical side; say inline or block: ${line.trim()}`);
    }
  });
}

function lint_words(file, text, found) {
  text.split("\n").forEach((line, i) => {
    const said = line.match(/"(?:[^"\\]|\\.)*"|`[^`]*`/g)?.join(" ") ?? "";
    if (hedges.test(said) || hedges_ar.test(said)) {
      found.push(`${file}:${i + 1}: a word we do not use: ${line.trim()}`);
    }
  });
}

function lint_script(file, text, found) {
  text.split("\n").forEach((line, i) => {
    if (/\bdangerouslySetInnerHTML\b|\binnerHTML\b|\beval\(/.test(line)) {
      found.push(`${file}:${i + 1}: markup from text is never made here`);
    }
    if (line.length > 200) found.push(`${file}:${i + 1}: ${line.length} columns, more than 200`);
  });
}

/** Gives the findings in the sources under `src`, one sentence each. */
export function lint(src) {
  const found = [];
  for (const file of files(src, [".css"])) lint_sheet(file, readFileSync(file, "utf8"), found);
  for (const file of files(path.join(src, "i18n"), ["en.ts", "ar.ts"])) {
    lint_words(file, readFileSync(file, "utf8"), found);
  }
  for (const file of files(src, [".ts", ".tsx"])) {
    if (/i18n[/\\](en|ar)\.ts$/.test(file)) continue;
    lint_script(file, readFileSync(file, "utf8"), found);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = lint(path.join(path.dirname(fileURLToPath(import.meta.url)), "src"));
  for (const finding of found) console.error(finding);
  console.log(`lint: ${found.length} findings`);
  process.exit(found.length ? 1 : 0);
}
