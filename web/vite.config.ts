/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, loadEnv, type Plugin } from "vite";

// What pdf.js asks for by name: character maps, the fonts that documents need not bring, and its decoder of JPEG 2000 as a script.
function pdfParts(): Plugin {
  const root = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return {
    name: "pdf-parts",
    apply: "build",
    generateBundle() {
      const emit = (folder: string, name: string) => this.emitFile({ type: "asset", fileName: `assets/pdf-${version}/${folder}/${name}`, source: readFileSync(join(root, folder, name)) });
      for (const folder of ["cmaps", "standard_fonts"]) for (const name of readdirSync(join(root, folder))) emit(folder, name);
      emit("wasm", "openjpeg_nowasm_fallback.js");
      emit("wasm", "LICENSE_OPENJPEG");
    },
  };
}

// TILTH_API is where `vite dev` finds a running service.
export default defineConfig(({ mode }) => ({
  plugins: [svelte(), pdfParts()],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": loadEnv(mode, ".", "TILTH_").TILTH_API ?? "http://127.0.0.1:8080" } },
}));
