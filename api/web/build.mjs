// Bundles src/ and styles/ into static/build. Called by `python -m deploy.assets`, which also keeps the stamp.
import { build } from "esbuild";
import { copyFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const out = "static/build";

// Chunks carry their content's hash in their names: leftovers of earlier builds go, the lock and the folder stay.
for (const name of await readdir(out).catch(() => [])) {
  if (name !== ".lock") await rm(join(out, name), { recursive: true });
}

await build({
  entryPoints: {
    operator: "src/operator/main.ts",
    driver: "src/driver/main.ts",
    devices: "src/devices/main.ts",
    saving: "src/saving/main.ts",
    style: "styles/main.css",
  },
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "eof",
  loader: { ".woff2": "file" },
  logLevel: "warning",
});

// A service worker is a classic script of its own.
await build({
  entryPoints: { "service-worker": "src/service-worker/main.ts" },
  outdir: out,
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  logLevel: "warning",
});

// MapLibre starts its worker from an address: served by ourselves, so that the pages' policy needs no blob: workers.
await copyFile("node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs", join(out, "maplibre-gl-worker.js"));
